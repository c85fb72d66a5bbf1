"""Whether a flagged post is the office's own matter, somebody else's, or for a person to place (DESIGN §4.1.14)."""

from dataclasses import replace

import pytest

from desk.office import Office
from desk.post import ABROAD, NATIONWIDE, Outcome, Place, Verdict
from tests.build import a_post, a_verdict
from tests.desk.scene import OFFICE, at_place, outcome, placed

COUNTRY = replace(OFFICE, jurisdiction=(NATIONWIDE,))


def located(*places: Place, jurisdiction: str | None = None, office: Office = OFFICE, text: str = "出事了") -> Outcome:
    """Where a post that names these places ends on an empty desk."""
    post = a_post(title="", text=text, jurisdiction=jurisdiction)
    return outcome(placed(post, a_verdict(places=places), office=office))


@pytest.mark.parametrize(
    ("places", "end"),
    [
        (at_place("清河区", "990102"), Outcome.OPENED),
        (at_place("云州市", "990100"), Outcome.OPENED),
        (at_place("青州市", "980100"), Outcome.ELSEWHERE),
        (at_place("外国", ABROAD), Outcome.ELSEWHERE),
        (at_place("九九省", "990000"), Outcome.UNPLACED),
        (at_place("全国", NATIONWIDE), Outcome.UNPLACED),
        (at_place("新区", "990102", "980103"), Outcome.UNPLACED),
        (at_place("新区", "990102", "990103"), Outcome.OPENED),
        (at_place("新区", "970102", "980103"), Outcome.ELSEWHERE),
        ((), Outcome.UNPLACED),
        ((*at_place("青州市", "980100"), *at_place("清河区", "990102")), Outcome.OPENED),
        ((*at_place("青州市", "980100"), *at_place("外国", ABROAD)), Outcome.ELSEWHERE),
    ],
)
def test_place_named_decides_whether_the_matter_is_the_office_s(places: tuple[Place, ...], end: Outcome) -> None:
    assert located(*places) is end


@pytest.mark.parametrize(
    ("jurisdiction", "end"),
    [("990102", Outcome.OPENED), ("990100", Outcome.OPENED), ("980100", Outcome.ELSEWHERE), (None, Outcome.UNPLACED)],
)
def test_local_source_is_inside_where_no_place_is_named(jurisdiction: str | None, end: Outcome) -> None:
    assert located(jurisdiction=jurisdiction) is end


def test_place_named_counts_for_more_than_the_source() -> None:
    assert located(*at_place("青州市", "980100"), jurisdiction="990102") is Outcome.ELSEWHERE
    assert located(*at_place("清河区", "990102"), jurisdiction="980100") is Outcome.OPENED


@pytest.mark.parametrize("places", [(), at_place("青州市", "980100"), at_place("九九省", "990000")])
def test_watch_word_brings_a_post_in_whatever_place_it_names(places: tuple[Place, ...]) -> None:
    assert located(*places, text="云州大桥出事了") is Outcome.OPENED


def test_watch_word_counts_in_the_title_too() -> None:
    assert outcome(placed(a_post(title="云州大桥", text="出事了"), a_verdict(places=()))) is Outcome.OPENED


def test_office_of_the_whole_country_takes_every_place_in_it_and_none_abroad() -> None:
    assert located(*at_place("青州市", "980100"), office=COUNTRY) is Outcome.OPENED
    assert located(*at_place("新区", "970102", "980103"), office=COUNTRY) is Outcome.OPENED
    assert located(*at_place("外国", ABROAD), office=COUNTRY) is Outcome.ELSEWHERE
    assert located(office=COUNTRY) is Outcome.UNPLACED


@pytest.mark.parametrize("verdict", [a_verdict(places=()), a_verdict(places=at_place("青州市", "980100"))])
def test_post_that_opens_nothing_changes_nothing_but_its_own_row(verdict: Verdict) -> None:
    change = placed(a_post(), verdict)

    assert (change.incident, change.events, change.notices) == (None, (), ())
    assert [each.post_id for each in change.placements] == [a_post().id]
