"""Administrative divisions as the gazetteer knows them: code, name, and by which shorter names they go."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LEXICON = Path(__file__).parent / "lexicon"

_SUFFIX = re.compile(r"(.+?)(特别行政区|自治区|自治州|自治县|自治旗|林区|地区|特区|盟|省|市|县|区|旗)$")
_PEOPLES = (
    *("维吾尔", "哈萨克族", "哈萨克", "柯尔克孜", "蒙古族", "蒙古", "土家族", "布依族", "朝鲜族", "景颇族", "傈僳族"),
    *("哈尼族", "撒拉族", "保安族", "东乡族", "仡佬族", "毛南族", "仫佬族", "拉祜族", "布朗族", "纳西族", "独龙族"),
    *("普米族", "裕固族", "达斡尔族", "塔吉克", "锡伯", "壮族", "藏族", "彝族", "苗族", "侗族", "瑶族", "回族", "满族"),
    *("羌族", "白族", "傣族", "土族", "黎族", "畲族", "水族", "佤族", "怒族", "各族"),
)
_SHORT_SUFFIX = {"自治州": "州", "自治县": "县", "自治旗": "旗"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A division: `stands` are the names that mean it anywhere, `beside` those that do right after the one above."""

    code: str
    name: str
    stands: tuple[str, ...]
    beside: tuple[str, ...] = ()


def stem(name: str) -> str:
    """The name without its kind and its peoples: 郑州 of 郑州市, 漾濞 of 漾濞彝族自治县."""
    return _parts(name)[0]


def short_name(name: str) -> str | None:
    """The everyday name of an autonomous division, 漾濞县 or 阿坝州; none for the others."""
    bare, suffix = _parts(name)
    short = _SHORT_SUFFIX.get(suffix)
    return bare + short if short else None


def level(code: str) -> int:
    """0 for a province, 1 for a city, 2 for a county or district."""
    if code.endswith("0000"):
        return 0
    return 1 if code.endswith("00") else 2


def within(code: str, above: str) -> bool:
    """Whether a division lies below another one."""
    digits = (2, 4, 6)[level(above)]
    return code != above and code[:digits] == above[:digits]


def added(code: str, name: str) -> Division:
    """A division somebody added: it goes by its name and, districts aside, by its stem."""
    bare = stem(name)
    names = (name,) if len(bare) == 1 else (name, bare)
    if name.endswith("区"):
        return Division(code=code, name=name, stands=(name,), beside=names[1:])
    return Division(code=code, name=name, stands=names)


def read_divisions(path: Path = LEXICON / "divisions.csv") -> Iterator[Division]:
    """The divisions of the lexicon."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            stands, beside = tuple(row["stands"].split()), tuple(row["beside"].split())
            yield Division(code=row["code"], name=row["name"], stands=stands, beside=beside)


def read_added(path: Path) -> list[tuple[str, str]]:
    """Code and name of further divisions, such as the fictional city of the drills."""
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["name"]) for row in csv.DictReader(file)]


def read_names(path: Path) -> Iterable[str]:
    """The names of a list in the lexicon: separated by white space, comment lines begin with #."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [name for line in lines if not line.startswith("#") for name in line.split()]


def _parts(name: str) -> tuple[str, str]:
    found = _SUFFIX.fullmatch(name)
    if not found:
        return name, ""
    bare, suffix = found.groups()
    if not suffix.startswith("自治"):
        return bare, suffix
    while people := next((people for people in _PEOPLES if bare.endswith(people) and len(bare) > len(people) + 1), ""):
        bare = bare.removesuffix(people)
    return bare, suffix
