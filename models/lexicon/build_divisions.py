"""Makes divisions.csv from the published tables of divisions: `python -m models.lexicon.build_divisions FOLDER`.

The tables say which divisions there are; our own lists say which short names are safe to read as a place.
"""

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from desk.errors import BadSettings
from models.divisions import LEXICON, Division, level, read_names, short_name, stem
from models.text import cut

# Full names that are words of their own: 新县城, 东区, 新城区建设.
_GENERIC = {
    "东区",
    "西区",
    "南区",
    "北区",
    "城区",
    "郊区",
    "矿区",
    "新县",
    "新城区",
    "中西区",
    "离岛区",
    "市中区",
    "城中区",
}
_FURTHER_NAMES = {
    "内蒙古自治区": ("内蒙",),
    "保定市": ("雄安新区", "雄安"),
    "浦东新区": ("浦东",),
    "海南省": ("海南岛",),
}
_OUTSIDE_TABLES = (("710000", "台湾省"), ("810000", "香港特别行政区"), ("820000", "澳门特别行政区"))


def divisions(folder: Path) -> Iterator[Division]:
    """Every division with the names it goes by, by code. Raises BadSettings for a listed name nobody has."""
    published = sorted({*_provinces(folder), *_cities(folder), *_counties(folder), *_islands(folder)})
    weak, districts = set(read_names(LEXICON / "common_words.txt")), set(read_names(LEXICON / "bare_districts.txt"))
    unknown = sorted((weak | districts) - {stem(name) for _, name in published})
    if unknown:
        raise BadSettings([f"{name} is listed and no division has this stem: take it out" for name in unknown])
    for code, name in published:
        yield _named(code, name, weak=weak, districts=districts)


def as_csv(found: Iterable[Division]) -> str:
    """The lexicon's file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("code", "name", "stands", "beside"))
    for division in found:
        writer.writerow((division.code, division.name, " ".join(division.stands), " ".join(division.beside)))
    return out.getvalue()


def _named(code: str, name: str, *, weak: set[str], districts: set[str]) -> Division:
    stands: list[str] = []
    beside: list[str] = []
    (beside if name in _GENERIC else stands).append(name)
    if short := short_name(name):
        stands.append(short)
    bare = stem(name)
    if len(bare) > 1 and bare != name:
        (stands if _stands_alone(code, name, bare, weak, districts) else beside).append(bare)
    stands.extend(_FURTHER_NAMES.get(name, ()))
    return Division(code=code, name=name, stands=tuple(dict.fromkeys(stands)), beside=tuple(beside))


def _stands_alone(code: str, name: str, bare: str, weak: set[str], districts: set[str]) -> bool:
    if bare in weak:
        return False
    if name.endswith("区") and not name.endswith(("自治区", "特别行政区", "地区")):
        return bare in districts
    # A stem of two characters that no dictionary knows falls into single characters: 于都 is safe, 3天等 is not 天等.
    return level(code) < 2 or len(bare) > 2 or len(cut(bare)) == 1


def _provinces(folder: Path) -> Iterator[tuple[str, str]]:
    yield from ((row["code"] + "0000", row["name"]) for row in _rows(folder / "provinces.csv.gz"))
    yield from _OUTSIDE_TABLES


def _cities(folder: Path) -> Iterator[tuple[str, str]]:
    for row in _rows(folder / "cities.csv.gz"):
        if row["name"] not in ("市辖区", "县") and "直辖" not in row["name"]:
            yield row["code"] + "00", row["name"]


def _counties(folder: Path) -> Iterator[tuple[str, str]]:
    for row in _rows(folder / "areas.csv.gz"):
        # 7x are development zones: no county, no government that answers.
        if row["name"] not in ("市辖区", "县") and row["code"][4] != "7":
            yield row["code"], row["name"]


def _islands(folder: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(folder / "HK-MO-TW.json.gz", "rt", encoding="utf-8") as file:
        tree: dict[str, dict[str, list[str]]] = json.load(file)
    codes = {name: code for code, name in _OUTSIDE_TABLES}
    for province, parts in tree.items():
        below = parts if province == "台湾省" else [name for names in parts.values() for name in names]
        # The tables give no codes below these three: the name then means the whole.
        yield from ((codes[province], name) for name in below if name[-1] in "区市县")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    (LEXICON / "divisions.csv").write_text(as_csv(divisions(Path(sys.argv[1]))), encoding="utf-8")
