"""Which places are the office's own (DESIGN §4.1.14)."""

from dataclasses import replace

import pytest

from desk.office import most_specific, related, stem
from desk.post import ABROAD, NATIONWIDE, Place
from tests.desk.scene import OFFICE

COUNTRY = replace(OFFICE, jurisdiction=(NATIONWIDE,))
PROVINCE = replace(OFFICE, jurisdiction=("990000",))
TWO_COUNTIES = replace(OFFICE, jurisdiction=("990102", "990203"))


@pytest.mark.parametrize(
    ("code", "shared"), [("990000", "99"), ("990100", "9901"), ("990102", "990102"), (NATIONWIDE, "")]
)
def test_stem_is_what_the_divisions_below_share(code: str, shared: str) -> None:
    assert stem(code) == shared


@pytest.mark.parametrize("code", ["990100", "990101", "990199"])
def test_city_covers_itself_and_what_lies_below_it(code: str) -> None:
    assert OFFICE.covers(code)


@pytest.mark.parametrize("code", ["990200", "991001", "990000", NATIONWIDE, ABROAD])
def test_city_covers_neither_its_neighbours_nor_what_lies_above_it(code: str) -> None:
    assert not OFFICE.covers(code)


def test_province_and_country_cover_all_below_and_nothing_abroad() -> None:
    assert [PROVINCE.covers(code) for code in ("990000", "990203", "980000", ABROAD)] == [True, True, False, False]
    assert [COUNTRY.covers(code) for code in ("990000", "110101", NATIONWIDE, ABROAD)] == [True, True, True, False]


def test_office_of_several_divisions_covers_each_of_them_and_nothing_between() -> None:
    assert [TWO_COUNTIES.covers(code) for code in ("990102", "990203", "990100", "990103")] == [
        True,
        True,
        False,
        False,
    ]


def test_name_of_a_division_above_may_mean_the_office() -> None:
    assert [OFFICE.lies_within(code) for code in ("990000", NATIONWIDE, "990100", "990200", ABROAD)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert TWO_COUNTIES.lies_within("990200")


def test_places_are_related_when_one_lies_in_the_other() -> None:
    assert related("990102", "990100")
    assert related("990000", "990102")
    assert not related("990102", "990103")
    assert not related("990100", "990200")


def test_most_specific_place_has_the_fewest_candidates_then_the_smallest_division_then_comes_first() -> None:
    unsure = Place(name="新区", codes=("990102", "990203"))
    city, county, other = (
        Place(name=name, codes=(code,))
        for name, code in (("云州市", "990100"), ("清河区", "990102"), ("东湖区", "990103"))
    )

    assert most_specific([unsure, city]) is city
    assert most_specific([city, county, other]) is county
    assert most_specific([other, county]) is other
    assert most_specific([]) is None
