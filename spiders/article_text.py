"""The text of an article: the part of a page that holds the most running text, without what surrounds it."""

import re
from collections import defaultdict
from collections.abc import Iterator

from lxml.html import HtmlElement  # type: ignore[import-untyped]  # lxml ships no types
from parsel import Selector

from spiders.bylines import without_bylines

_UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "iframe", "svg", "canvas", "video", "audio", "object", "select"}
    | {"button", "textarea", "form", "input", "nav", "footer", "aside", "head", "figcaption", "map", "menu"}
)
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "label", "mark"}
    | {"q", "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
_PARAGRAPHS = frozenset({"p", "blockquote", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt"})
_ROOTS = frozenset({"html", "body", "main", "article"})
_BESIDE_TEXT = re.compile(
    r"(?i)comment|pstatus|quote|reply|replies|pinglun|liuyan|author|byline|editor|zebian|bianji|nick|avatar|user[-_]?(?:name|info|card)"
    r"|profile|signature|share|related|relate[-_]|recommend|tuijian|side-?bar|breadcrumb|crumb|copyright|advert"
    r"|(?:^|[\s_-])ads?(?:$|[\s_-])|login|qr-?code|tool-?bar|hidden|pagination|footer|carousel|slide|swiper|article-bottom|hot-?(?:news|list|rank)"
)
_HOLDS_TEXT = re.compile(r"(?i)article|arti|content|main-?text|post[-_]?(?:body|text)|detail|TRS_|UCAP|zoom|news|con_")
_SAYS_SO = 1.6
"""What a name such as `article-content` adds: enough to win over a list of teasers, not over a longer text."""

_IS_THE_TEXT = re.compile(
    r"(?i)(?<![a-z])(?:article[-_]?body|artibody|articleBody|js_content|TRS_U?Editor|ueditor|UCAP-CONTENT|news_?txt|post_?body"
    r"|article-?text|main-?text|text_con)(?![a-z])"
)
_A_QUARTER = 0.25
"""What of the longest text a part must hold that is named as the article itself, to be it."""

_MOSTLY = 0.5
_WEIGHTS = (1.0, 0.7, 0.5, 0.35)
"""What running text counts for the element around it, and those around that: the nearest that holds all wins."""

_SPACES = re.compile(r"[^\S\n]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SHORTEST_TEXT = 10


def article_text(page: Selector) -> str:
    """The article's paragraphs, one a line; empty where the page holds no running text."""
    root: HtmlElement = page.root
    beside = _beside_text(root)
    container = _container(root, beside)
    return "" if container is None else _text_of(container, beside)


def text_under(page: Selector, selector: str) -> str:
    """The paragraphs under the first element that the CSS selector finds; empty where it finds none."""
    found = page.css(selector)
    return _text_of(found[0].root, _beside_text(found[0].root)) if found else ""


def _text_of(container: HtmlElement, beside: set[HtmlElement]) -> str:
    lines = (without_bylines(line) for line in _lines(container, beside))
    text = "\n".join(line for line in lines if line)
    return text if len(text) >= _SHORTEST_TEXT else ""


def blocks_of(root: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """Every block of visible text with its element, in order; figures of two elements stand apart in it."""
    return _blocks(root, set(), apart=True)


def named_among(root: HtmlElement, names: re.Pattern[str]) -> set[HtmlElement]:
    """Elements whose class or id says so, unless most of the page's text stands in them."""
    named = [each for each in root.iter() if isinstance(each.tag, str) and each.tag not in _ROOTS]
    found = [each for each in named if names.search(_names(each))]
    lengths = _lengths(root) if found else {}
    return {each for each in found if lengths[each] <= _MOSTLY * lengths[root]}


def _beside_text(root: HtmlElement) -> set[HtmlElement]:
    """Elements named as comments, authors and the like, unless most of the page's text stands in them."""
    lengths = _lengths(root)
    return {each for each in root.iter() if _named_beside(each) and lengths[each] <= _MOSTLY * lengths[root]}


def _named_beside(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in _ROOTS:
        return False
    if _HIDDEN.search(element.get("style", "")) or element.get("rel") == "author":
        return True
    names = _names(element)
    # A text made with a rich-text editor is often named for it.
    return _BESIDE_TEXT.search(names) is not None and _IS_THE_TEXT.search(names) is None


def _lengths(root: HtmlElement) -> defaultdict[HtmlElement, int]:
    """How much text each element holds, counted once from the leaves up."""
    lengths: defaultdict[HtmlElement, int] = defaultdict(int)
    for element in reversed(list(root.iter())):
        if isinstance(element.tag, str) and element.tag not in _UNSEEN:
            lengths[element] += len((element.text or "").strip())
        if element.getparent() is not None:
            lengths[element.getparent()] += lengths[element] + len((element.tail or "").strip())
    return lengths


def _container(root: HtmlElement, beside: set[HtmlElement]) -> HtmlElement | None:
    scores: defaultdict[HtmlElement, float] = defaultdict(float)
    for owner, text in _texts(root, beside):
        length = len(text.strip())
        if length == 0:
            continue
        worth = -length if _within_link(owner) else length + 10 * sum(map(text.count, "，。；！？"))
        block = _block_of(owner)
        first = block.getparent() if block.tag in _PARAGRAPHS and block.getparent() is not None else block
        for weight, element in zip(_WEIGHTS, (first, *_parents(first, len(_WEIGHTS) - 1)), strict=False):
            scores[element] += weight * worth
    scores.update({element: _SAYS_SO * score for element, score in scores.items() if _named_text(element)})
    best = max(scores, key=lambda element: scores[element], default=None)
    if best is None or scores[best] <= 0:
        return None
    named = [element for element in scores if _IS_THE_TEXT.search(_names(element))]
    told = max(named, key=lambda element: scores[element], default=best)
    return told if scores[told] > _A_QUARTER * scores[best] else best


def _named_text(element: HtmlElement) -> bool:
    return element.tag == "article" or _HOLDS_TEXT.search(_names(element)) is not None


def _names(element: HtmlElement) -> str:
    return f"{element.get('class', '')} {element.get('id', '')} {element.get('itemprop', '')}"


def _lines(container: HtmlElement, beside: set[HtmlElement]) -> Iterator[str]:
    for block, text in _blocks(container, beside):
        if block.tag != "h1":
            yield from (line.strip() for line in text.splitlines() if line.strip())


def _blocks(root: HtmlElement, beside: set[HtmlElement], *, apart: bool = False) -> Iterator[tuple[HtmlElement, str]]:
    """The visible text, block by block, with what stands in line with each other joined."""
    current: HtmlElement | None = None
    parts: list[str] = []
    for owner, text in _texts(root, beside):
        block = _block_of(owner)
        if block is not current:
            if current is not None and "".join(parts).strip():
                yield current, "".join(parts).strip()
            current, parts = block, []
        if apart and parts and parts[-1][-1:].isdigit() and text[:1].isdigit():
            parts.append(" ")  # a style sheet keeps 10-08 and 12:00 apart where the text does not
        parts.append(text)
    if current is not None and "".join(parts).strip():
        yield current, "".join(parts).strip()


def _texts(root: HtmlElement, beside: set[HtmlElement]) -> Iterator[tuple[HtmlElement, str]]:
    """Every piece of visible text under the element that it stands in, a line end for each break."""
    stack: list[tuple[HtmlElement, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        if closing:
            if element is not root and element.tail:
                yield element.getparent(), _plain(element.tail)
            continue
        stack.append((element, True))
        if not isinstance(element.tag, str) or element.tag in _UNSEEN or element in beside:
            continue
        if element.tag == "br":
            yield element, "\n"
        if element.text:
            yield element, _plain(element.text)
        stack.extend((child, False) for child in reversed(element))


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text.replace("\n", " ").replace("\r", " "))


def _block_of(element: HtmlElement) -> HtmlElement:
    while (element.tag in _INLINE or element.tag == "br") and element.getparent() is not None:
        element = element.getparent()
    return element


def _parents(element: HtmlElement, most: int) -> Iterator[HtmlElement]:
    parent = element.getparent()
    while parent is not None and most > 0:
        yield parent
        parent, most = parent.getparent(), most - 1


def _within_link(element: HtmlElement) -> bool:
    return element.tag == "a" or any(each.tag == "a" for each in _parents(element, 3))
