"""The gazetteer: which places a text names, and which division codes each name may mean."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Self

from desk.post import ABROAD, Place
from models.divisions import LEXICON, Division, added, level, read_added, read_divisions, read_names, within
from models.phrases import PhraseFinder
from models.text import cut

# Before a bare name these make it a person's: 王海宁, 李永平. Surnames that also end other phrases are left out.
_SURNAMES = frozenset(
    "李王张刘陈杨赵黄周吴徐孙朱林何郭罗郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴姜"
    "谭廖邹熊陆郝崔邱秦侯邵孟段钱汤尹黎乔贺龚"
)
# A county's name may run into the next word (藤县|城区); cities' and districts' may not (郑州|市场).
_MAY_RUN_ON = ("县", "旗")
_FULL_CITIES = ("市", "自治州", "地区", "盟")
# A bare name before one of these is a street, mostly of another city: 上海昭通路.
_STREETS = frozenset(("路", "东路", "西路", "南路", "北路", "中路", "街", "大街", "大道"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """What a name means anywhere, and what it means right after a division above it."""

    anywhere: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    bare: bool = True

    @property
    def full_county(self) -> bool:
        return self.county and not self.bare

    @property
    def county(self) -> bool:
        return bool(self.anywhere) and self.anywhere[0] != ABROAD and level(self.anywhere[0]) == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    start: int
    name: str
    codes: tuple[str, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.name)


class Gazetteer:
    """Finds places by the official divisions, a list of other countries and cities, and any divisions added.

    A short name counts where the cut of the sentence lets it stand as a word and it is no common word; else only
    right after the division above it: 贵州大方, but not 千万别装大方. An ambiguous name keeps all its codes.
    """

    def __init__(self, extra: Iterable[tuple[str, str]] = ()) -> None:
        self._names = _all_names([*read_divisions(), *(added(code, name) for code, name in extra)])
        self._finder = PhraseFinder(self._names)

    @classmethod
    def load(cls, *, fictional: bool = False) -> Self:
        """The gazetteer of the lexicon; with the drills' fictional city when asked."""
        return cls(extra=read_added(LEXICON / "fictional.csv") if fictional else ())

    def find(self, text: str, pieces: Sequence[str] | None = None) -> tuple[Place, ...]:
        """The most specific places named, in order, each once; `pieces` spares cutting the text again."""
        candidates = list(self._finder.find(text))
        if not candidates:
            return ()
        sentence = _Sentence(text, cut(text) if pieces is None else pieces)
        return _most_specific(_narrowed(self._mentions(candidates, sentence)))

    def _mentions(self, candidates: list[tuple[int, str]], sentence: "_Sentence") -> list[_Mention]:
        mentions: list[_Mention] = []
        done = 0
        for start, name in candidates:
            if start < done:
                continue
            codes = self._codes(start, name, mentions[-1] if mentions else None, sentence)
            if codes is not None:
                done = start + len(name)
                mentions.append(_Mention(start=start, name=name, codes=codes))
        return [mention for mention in mentions if mention.codes]

    def _codes(self, start: int, name: str, last: _Mention | None, sentence: "_Sentence") -> tuple[str, ...] | None:
        """What the name means here; an empty answer is a phrase to read over, none no mention at all."""
        known = self._names[name]
        if not (known.anywhere or known.beside):
            return () if sentence.stands(start, name, run_on=False) else None
        if last and last.end == start and (below := _widest(_below(known.beside, last.codes))):
            return below if sentence.ends(start, name) else None
        if last and last.end == start and known.full_county and last.name.endswith(_FULL_CITIES):
            # 云州市清河区 is no 清河区 of another city: a district the tables do not know is read over.
            return ()
        if not known.anywhere or not sentence.stands(start, name, run_on=name.endswith(_MAY_RUN_ON)):
            return None
        if known.bare and known.county and not sentence.whole(start, name):
            return None
        return None if known.bare and sentence.names_other_things(start, name) else known.anywhere


class _Sentence:
    """A text with the places where its words begin and end."""

    def __init__(self, text: str, pieces: Sequence[str]) -> None:
        self._text = text
        self._pieces = pieces

    @cached_property
    def _bounds(self) -> dict[int, int]:
        """Where each word begins and ends."""
        ends = list(accumulate(map(len, self._pieces)))
        return dict(zip([0, *ends], ends, strict=False))

    @cached_property
    def _ends(self) -> set[int]:
        return set(self._bounds.values())

    def whole(self, start: int, name: str) -> bool:
        """Whether the name begins and ends with words: 河南|永城|通报, not 新|永城路."""
        return start in self._bounds and start + len(name) in self._ends

    def ends(self, start: int, name: str) -> bool:
        """Whether a word ends with the name, wherever it began: 上海浦东|新区."""
        return start + len(name) in self._ends or any(
            begin < start and end > start + len(name) for begin, end in self._bounds.items()
        )

    def stands(self, start: int, name: str, *, run_on: bool) -> bool:
        """Whether the name begins with a word and ends with one, or inside that same word: 武汉|大学 and 武汉大学."""
        end = start + len(name)
        return start in self._bounds and (run_on or end in self._ends or self._bounds[start] > end)

    def names_other_things(self, start: int, name: str) -> bool:
        """Whether a surname right before, or a street right behind, shows that no place is meant."""
        if start > 0 and self._text[start - 1] in _SURNAMES and self._bounds.get(start - 1) == start:
            return True
        end = start + len(name)
        return self._text[end : self._bounds.get(end, end)] in _STREETS


def _all_names(divisions: list[Division]) -> dict[str, _Name]:
    anywhere: dict[str, list[str]] = defaultdict(list)
    beside: dict[str, list[str]] = defaultdict(list)
    for division in divisions:
        for name in division.stands:
            anywhere[name].append(division.code)
        for name in (*division.stands, *division.beside):
            beside[name].append(division.code)
    full = {division.name for division in divisions}
    names = {name: _named(tuple(anywhere[name]), tuple(beside[name]), bare=name not in full) for name in beside}
    names |= {name: _Name(anywhere=(ABROAD,)) for name in read_names(LEXICON / "abroad.txt") if name not in names}
    return names | {phrase: _Name() for phrase in read_names(LEXICON / "not_places.txt")}


def _named(anywhere: tuple[str, ...], beside: tuple[str, ...], *, bare: bool) -> _Name:
    """The widest reading stands alone: 海南 is the province, 长沙 the city and not its county."""
    standing = _widest(anywhere)
    if standing and level(standing[0]) == 0:
        # 天津河北 lists two provinces: a province's name never means a district beside another.
        return _Name(anywhere=standing, beside=standing, bare=False)
    return _Name(anywhere=standing, beside=tuple(sorted(set(beside))), bare=bare)


def _widest(codes: tuple[str, ...]) -> tuple[str, ...]:
    widest = min(map(level, codes), default=0)
    return tuple(sorted({code for code in codes if level(code) == widest}))


def _below(codes: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        code for code in codes if any(code == other or (other != ABROAD and within(code, other)) for other in above)
    )


def _narrowed(mentions: list[_Mention]) -> list[_Mention]:
    """Ambiguous names keep the codes that lie below another place of the text, if any do."""
    narrowed = []
    for mention in mentions:
        others = tuple(code for other in mentions if other.name != mention.name for code in other.codes)
        below = _below(mention.codes, others) if len(mention.codes) > 1 else ()
        narrowed.append(_Mention(start=mention.start, name=mention.name, codes=below or mention.codes))
    return narrowed


def _most_specific(mentions: list[_Mention]) -> tuple[Place, ...]:
    """Drops a place when another one of the text lies below it, and the second name of the same."""
    kept: dict[tuple[str, ...], str] = {}
    for mention in mentions:
        if not any(_covers(mention.codes, other.codes) for other in mentions):
            kept[mention.codes] = mention.name
    return tuple(Place(name=name, codes=codes) for codes, name in kept.items())


def _covers(above: tuple[str, ...], below: tuple[str, ...]) -> bool:
    return ABROAD not in above + below and all(any(within(code, other) for other in above) for code in below)
