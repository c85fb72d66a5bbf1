from dataclasses import replace
from html.parser import HTMLParser

from backends.briefing_html import html_of
from desk.paper import Paper
from tests.papers import MARKUP, a_paper, texts_of

VOID = ("meta", "col", "br")


class Reading(HTMLParser):
    """What a browser would read: the texts outside the style sheet, the tags, and the attributes."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.open: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(name for name, _ in attrs)
        self.open.extend([] if tag in VOID else [tag])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.extend([data.strip()] if data.strip() and "style" not in self.open else [])


def read(paper: Paper) -> Reading:
    return Reading(html_of(paper))


def test_every_text_of_the_paper_is_on_the_page_in_order() -> None:
    words = texts_of(a_paper(mark="【演练】"))

    found = [text for text in read(a_paper(mark="【演练】")).texts if text in words]

    assert found == words


def test_planted_markup_is_shown_and_never_run() -> None:
    page = read(a_paper(words=MARKUP))

    assert page.texts.count(MARKUP) == 4
    assert "script" not in page.tags
    assert not [name for name in page.attributes if name.startswith("on")]
    assert page.open == []


def test_markup_in_the_head_is_shown_and_never_run() -> None:
    head = replace(a_paper(mark=MARKUP), name=MARKUP, masthead=MARKUP, issue=MARKUP, office=MARKUP, dated=MARKUP)

    page = read(head)

    # Title, mark, masthead, issue, and office and date at the head; the office again at the foot.
    assert page.texts.count(MARKUP) == 7
    assert "script" not in page.tags


def test_a_mark_cannot_leave_the_style_sheet() -> None:
    page = html_of(replace(a_paper(), mark='"; } </style><b>')).decode()

    sheet = page.split("<style>")[1].split("</style>")[0]
    assert "@media print" in sheet
    assert '"; }' not in sheet.split("@top-center")[1].split("}")[0]


def test_the_mark_stands_on_the_page_and_on_every_printed_one() -> None:
    marked, plain = html_of(a_paper(mark="【演练】")).decode(), html_of(a_paper()).decode()

    assert '<p class="mark">【演练】</p>' in marked
    assert "@top-center" in marked
    assert "@top-center" not in plain
    assert 'class="mark"' not in plain


def test_the_file_needs_nothing_beside_it() -> None:
    page = read(a_paper())

    assert not set(page.tags) & {"script", "link", "img", "iframe", "form"}
    assert not set(page.attributes) & {"src", "href"}
    assert b"url(" not in html_of(a_paper())
    assert b"default-src 'none'" in html_of(a_paper())


def test_the_same_paper_is_the_same_file() -> None:
    assert html_of(a_paper()) == html_of(a_paper())
