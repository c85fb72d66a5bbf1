"""The times that a page shows people: what a label says of them, and how near the title they stand."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml ships no types
from parsel import Selector

from desk.text import normalise
from spiders.article_text import blocks_of, named_among
from spiders.found_time import FoundTime, Place
from spiders.written_time import WrittenTime, placed_times, read_said_ago, read_without_year

_PUBLISHED = re.compile(
    r"(?i)(?:发布|发表|刊发|刊登|发稿|公布|公开|推送|上线|上传|录入|添加|创建|留言|提问|来信|写信|信件|提交|发帖|发文|日期|时间|来源"
    r"|pub\w{0,8}|post\w{0,4}|dates?)[^，。；\d]{0,8}$"
)
_SAYS_PUBLISHED = re.compile(r"(?i)发布|发表|刊发|刊登|发稿|推送|published")
_CHANGED = re.compile(r"(?i)(?:更新|修改|编辑|update|modif)[^，。；\d]{0,8}$")
_ANOTHER = re.compile(
    r"(?:成文|印发|制定|签发|生成|生效|实施|施行|失效|废止|有效|截至|截止|截稿|起止|开始|结束|活动|会议|报名|考试|今天|今日|现在|当前|北京"
    r"|服务器|开庭|开标|投标|受理|办结|办理|回复|答复|回应|注册|登录|到期|下架|事发|播出|拍摄)[^，。；\d]{0,8}$"
)
_BESIDE = re.compile(
    r"(?i)comment|reply|replies|pinglun|liuyan|related|relate[-_]|recommend|tuijian|rank|hot[-_]?(?:news|list)|side-?bar"
    r"|foot|copyright|carousel|slide|swiper|(?:^|[\s_-])(?:prev|next)"
)
_NOTE = 80
"""A longer block is running text: a time in it is when something happened, unless a label stands before it."""

_PARAGRAPH = 80
_LABEL = 16
_LONGEST_HEAD = 40
_BEFORE_TITLE = 12
_JUST_ABOVE = 4
_LINK = 8
_ROWS = frozenset({"li", "tr", "dl", "dd"})
_ROW_DEPTH, _LONGEST_ROW = 3, 160
_ABOUT_THE_PAGE = re.compile(r"来源|出处|字号|字体|浏览|阅读|分享|点击")
_ONLY_A_DAY = re.compile(r"\D{0,8}\d{4}\D\d{1,2}\D\d{1,2}日?")
_ONLY_A_MINUTE = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    """A short visible text, or the words around a labelled time in a long one."""

    number: int
    text: str
    before: str
    element: HtmlElement
    long: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page's visible notes, and which of them stand between title and text."""

    notes: tuple[_Note, ...]
    title: str
    title_at: int
    text_at: int
    beside: frozenset[HtmlElement]


def shown_notes(page: Selector, title: str) -> Shown:
    """The page's notes, read once for every kind of time."""
    root: HtmlElement = page.root
    blocks = [(element, _one_line(text)) for element, text in blocks_of(root)]
    title_at = _title_at(blocks, normalise(title))
    text_at = next(
        (
            number
            for number, (_, text) in enumerate(blocks)
            if number > title_at and len(text) > _PARAGRAPH + len(title)
        ),
        len(blocks),
    )
    beside = named_among(root, _BESIDE)
    return Shown(
        notes=tuple(_notes(blocks)),
        title=normalise(title),
        title_at=title_at,
        text_at=text_at,
        beside=frozenset(beside),
    )


def shown_times(shown: Shown) -> Iterator[FoundTime]:
    """The whole times that people are shown."""
    for note in shown.notes:
        for written, start in placed_times(note.text):
            label = note.text[max(0, start - _LABEL) : start].strip() or note.before[-_LABEL:]
            place = _place(shown, note, label)
            if place is not None:
                yield FoundTime(written=written, place=place, why=_why(place, label))


def shown_without_year(shown: Shown, known: datetime) -> Iterator[FoundTime]:
    """The times without a year, which count only where no whole one stands."""
    yield from _each(shown, lambda text: read_without_year(text, known), "without a year")


def shown_ago(shown: Shown, seen_at: datetime) -> Iterator[FoundTime]:
    """The times told as how long ago, on a page seen at that moment."""
    yield from _each(shown, lambda text: read_said_ago(text, seen_at), "told as how long ago")


def titled_times(page: Selector) -> Iterator[FoundTime]:
    """The whole times behind what is shown: forums show 昨天 and tell the rest to a pointer that rests on it."""
    for text in page.xpath("//span[@title]/@title|//em[@title]/@title|//time[@title]/@title").getall()[:50]:
        for written, _ in placed_times(text[:60]):
            if written.to_the_minute:
                yield FoundTime(written=written, place=Place.BESIDE_TITLE, why="title of an element")


def _each(shown: Shown, read: Callable[[str], WrittenTime | None], why: str) -> Iterator[FoundTime]:
    for note in shown.notes:
        written = None if note.long else read(note.text)
        place = None if written is None else _place(shown, note, "")
        if written is not None and place is not None and place is not Place.IN_A_LIST:
            yield FoundTime(written=written, place=place, why=f"{_why(place, '')}, {why}")


def _notes(blocks: list[tuple[HtmlElement, str]]) -> Iterator[_Note]:
    before = ""
    for number, (element, alone) in enumerate(blocks):
        following = blocks[number + 1][1] if number + 1 < len(blocks) else ""
        apart = _ONLY_A_DAY.fullmatch(alone) and _ONLY_A_MINUTE.fullmatch(following)
        text = f"{alone} {following}" if apart else alone
        yield _Note(number=number, text=text[:2_000], before=before, element=element, long=len(text) > _NOTE)
        before = text if len(text) <= _LABEL else ""


def _place(shown: Shown, note: _Note, label: str) -> Place | None:
    """Where the time stands; None for one that is something else's."""
    if _ANOTHER.search(label) or _is_beside(shown, note.element):
        return None
    if _CHANGED.search(label):
        return Place.CHANGED
    labelled = _PUBLISHED.search(label) is not None
    if note.long and not labelled:
        return None
    if not labelled and not _ABOUT_THE_PAGE.search(note.text) and _in_a_list(note.element, shown.title):
        return Place.IN_A_LIST
    within = shown.title_at - _BEFORE_TITLE <= note.number <= min(shown.text_at, shown.title_at + _LONGEST_HEAD)
    if labelled:
        return Place.LABELLED if within else Place.LABELLED_ELSEWHERE
    if within and note.number >= shown.title_at:
        return Place.BESIDE_TITLE
    just_above = shown.title_at - _JUST_ABOVE <= note.number < shown.title_at
    return Place.ABOVE_TITLE if just_above else Place.ELSEWHERE


def _why(place: Place, label: str) -> str:
    if place is Place.LABELLED and _SAYS_PUBLISHED.search(label):
        return SAID_TO_BE_PUBLISHED
    return _WHY[place]


SAID_TO_BE_PUBLISHED = "shown as published between title and text"
_WHY = {
    Place.LABELLED: "shown with a label between title and text",
    Place.BESIDE_TITLE: "shown beside the title",
    Place.ABOVE_TITLE: "shown above the title",
    Place.LABELLED_ELSEWHERE: "shown with a label",
    Place.ELSEWHERE: "shown on the page",
    Place.CHANGED: "shown as the last change",
    Place.IN_A_LIST: "shown in a list",
}


def _is_beside(shown: Shown, element: HtmlElement) -> bool:
    return bool(shown.beside) and any(each in shown.beside for each in (element, *element.iterancestors()))


def _in_a_list(element: HtmlElement, title: str) -> bool:
    """Whether it stands in one short row with a link long enough to be another page's title."""
    around = (element, *islice(element.iterancestors(), _ROW_DEPTH))
    rows = [each for number, each in enumerate(around) if each.tag in _ROWS or (number == 1 and each.tag == "div")]
    row = next((each for each in rows if len("".join(each.itertext())) <= _LONGEST_ROW), element)
    links = (normalise("".join(link.itertext())) for link in row.iter("a"))
    return any(len(link) >= _LINK and link != title for link in links)


def _title_at(blocks: list[tuple[HtmlElement, str]], title: str) -> int:
    if not title:
        return 0
    named = [number for number, (_, text) in enumerate(blocks) if normalise(text).startswith(title)]
    headings = [number for number in named if blocks[number][0].tag in ("h1", "h2", "h3", "h4")]
    return next(iter(headings or named), 0)


def _one_line(text: str) -> str:
    return " ".join(text.split())
