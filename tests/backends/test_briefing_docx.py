from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from backends.briefing_docx import docx_of
from backends.briefing_fonts import TYPEFACES
from tests.papers import MARKUP, a_paper, texts_of

WRITTEN_AT = datetime(2026, 6, 15, tzinfo=UTC)


def opened(content: bytes) -> Document:
    return docx.Document(BytesIO(content))


def shown(document: Document) -> list[str]:
    """Every text of the body, paragraphs and cells, in order."""
    return [
        "".join(each.text or "" for each in found.iter(qn("w:t"))) for found in document.element.body.iter(qn("w:p"))
    ]


@pytest.fixture
def document() -> Document:
    return opened(docx_of(a_paper(mark="【演练】"), written_at=WRITTEN_AT))


def test_every_text_of_the_paper_is_in_the_file_in_order(document: Document) -> None:
    words = [text.replace("\n", "") for text in texts_of(a_paper(mark="【演练】"))]

    found = [text for text in shown(document) if text in words]

    assert found == words


def test_paper_and_margins_are_those_of_the_standard(document: Document) -> None:
    [section] = document.sections

    lengths = (section.page_width, section.page_height)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length.mm) for length in lengths if length] == [210, 297]
    assert [round(margin.mm) for margin in margins if margin] == [37, 35, 28, 26]


def test_a_page_has_room_for_twenty_two_lines_of_twenty_eight_characters(document: Document) -> None:
    normal = document.styles["Normal"]
    step = normal.element.rPr.find(qn("w:spacing"))

    line, size = normal.paragraph_format.line_spacing, normal.font.size
    character = size.pt + int(step.get(qn("w:val"))) / 20

    assert 22 * line <= Mm(225) < 23 * line
    assert 28 * character <= Mm(156).pt < 29 * character
    assert size == Pt(16)


def test_the_mark_stands_at_the_head_of_odd_and_even_pages(document: Document) -> None:
    [section] = document.sections

    assert document.settings.odd_and_even_pages_header_footer
    assert not section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == "【演练】"
    assert section.even_page_header.paragraphs[0].text == "【演练】"


def test_a_real_paper_bears_no_mark() -> None:
    [section] = opened(docx_of(a_paper(mark=""), written_at=WRITTEN_AT)).sections

    assert section.header.paragraphs[0].text == ""


def test_pages_are_numbered_between_dashes(document: Document) -> None:
    [section] = document.sections

    for footer in (section.footer, section.even_page_footer):
        fields = [each.text for each in footer._element.iter(qn("w:instrText"))]
        assert fields == ["PAGE"]
        assert footer.paragraphs[0].text == "— 1 —"


@pytest.mark.parametrize(
    ("style", "typeface"),
    [
        ("Normal", "仿宋_GB2312"),
        ("Paper Title", "方正小标宋简体"),
        ("First Level", "黑体"),
        ("Second Level", "楷体_GB2312"),
    ],
)
def test_each_style_has_its_typeface_for_chinese_and_latin(document: Document, style: str, typeface: str) -> None:
    fonts = document.styles[style].element.rPr.rFonts

    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {typeface}


def test_every_typeface_says_what_stands_in_for_it() -> None:
    with ZipFile(BytesIO(docx_of(a_paper(), written_at=WRITTEN_AT))) as parts:
        table = parts.read("word/fontTable.xml").decode()

    assert all(f'w:name="{each.name}"><w:altName w:val="{";".join(each.instead)}"' in table for each in TYPEFACES)


def test_the_head_leaves_room_for_a_person_and_claims_no_classification(document: Document) -> None:
    first_three = [paragraph.text for paragraph in document.paragraphs[:3]]

    assert first_three == ["", "", ""]
    assert not any(word in text for text in shown(document) for word in ("密级", "机密", "秘密", "绝密"))


def test_the_head_row_of_a_table_comes_again_on_every_page(document: Document) -> None:
    head, *rows = document.tables[0].rows

    assert head._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_a_table_is_as_wide_as_the_text(document: Document) -> None:
    widths = [cell.width for cell in document.tables[0].rows[0].cells]

    assert abs(sum(width for width in widths if width) - Mm(156)) < Mm(1)


def test_the_file_says_the_office_wrote_it_and_nobody_else(document: Document) -> None:
    properties = document.core_properties

    assert (properties.author, properties.last_modified_by) == ("云州市人民政府新闻办公室",) * 2
    assert (properties.title, properties.comments) == ("【演练】政务舆情周报-2026-W23", "")
    assert properties.created == datetime(2026, 6, 15, tzinfo=UTC)


def test_markup_in_a_text_is_shown_as_text() -> None:
    document = opened(docx_of(a_paper(words=MARKUP), written_at=WRITTEN_AT))

    assert shown(document).count(MARKUP) == 4
