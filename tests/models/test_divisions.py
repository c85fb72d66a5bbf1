from pathlib import Path

import pytest

from models.divisions import LEXICON, added, level, read_divisions, short_name, stem, within


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("郑州市", "郑州"),
        ("藤县", "藤"),
        ("西双版纳傣族自治州", "西双版纳"),
        ("漾濞彝族自治县", "漾濞"),
        ("内蒙古自治区", "内蒙古"),
    ],
)
def test_a_stem_is_the_name_without_its_kind_and_peoples(name: str, bare: str) -> None:
    assert stem(name) == bare


def test_autonomous_divisions_have_an_everyday_name() -> None:
    assert short_name("阿坝藏族羌族自治州") == "阿坝州"
    assert short_name("郑州市") is None


def test_levels_and_what_lies_within() -> None:
    assert [level(code) for code in ("410000", "410100", "410102")] == [0, 1, 2]
    assert within("410102", "410100")
    assert within("410100", "410000")
    assert not within("410200", "410100")
    assert not within("410100", "410100")


def test_an_added_district_needs_its_city_or_its_suffix() -> None:
    assert added("990102", "江口区").stands == ("江口区",)
    assert added("990102", "江口区").beside == ("江口",)
    assert added("990121", "桐山县").stands == ("桐山县", "桐山")


def test_every_division_has_a_name_that_means_it() -> None:
    divisions = list(read_divisions())

    assert len(divisions) > 3_200
    assert all(division.stands or division.beside for division in divisions)
    assert {division.code for division in divisions} >= {"110000", "410100", "450422", "710000"}


@pytest.mark.archive
def test_the_lexicon_is_what_its_script_makes_of_the_published_tables(archives: Path) -> None:
    from models.lexicon.build_divisions import as_csv, divisions

    made = as_csv(divisions(archives / "admin_divisions"))

    assert made == (LEXICON / "divisions.csv").read_text(encoding="utf-8")
