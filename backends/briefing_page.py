"""The page of an official paper in Word: paper size, margins, grid, running marks and page numbers (GB/T 9704-2012)."""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from backends.briefing_fonts import FIRST, PAGE, SECOND, TEXT, TITLE, Typeface

RED = RGBColor(0xE6, 0x00, 0x12)
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = Pt(22), Pt(16), Pt(14), Pt(10.5)
SMALL = Pt(9)
"""Chinese type sizes: 2号, 3号, 4号, 五号, 小五."""

WIDTH = Mm(156)
"""How wide the text is: 28 characters on 22 lines of 225 mm together."""

_LINE = Pt(28.95)
_LINE_TWIPS = 579
# 156 mm hold 28 characters of 15.79 pt, and the text is set in 16 pt: each gives way by a quarter of a point. A grid of
# characters says the same to Word alone; LibreOffice then gives every character two cells.
_CHARACTER_STEP_TWIPS = -5


def set_page(document: Document, mark: str) -> None:
    """Sets the page up; `mark` stands at the head of every page."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(20), Mm(23)
    _set_grid(section)
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        _write_mark(header.paragraphs[0], mark)
    _write_number(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _write_number(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def set_styles(document: Document) -> None:
    """Sets the text's style, and adds those of title, headings and tables."""
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    _set_type(normal, TEXT, SIZE_3)
    shape = normal.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    shape.space_before = shape.space_after = Pt(0)
    shape.widow_control = False
    _set_plain(normal)
    for name, typeface, size in (
        ("Masthead", TITLE, Pt(40)),
        ("Paper Title", TITLE, SIZE_2),
        ("First Level", FIRST, SIZE_3),
        ("Second Level", SECOND, SIZE_3),
        ("Caption Line", FIRST, SIZE_5),
        ("Cell", TEXT, SIZE_5),
        ("Small Cell", TEXT, SMALL),
    ):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        assert isinstance(style, ParagraphStyle)
        style.base_style = normal
        _set_type(style, typeface, size)


def indent_two(paragraph: Paragraph) -> None:
    """Indents the first line by two characters, however wide they are."""
    indent = paragraph.paragraph_format.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:firstLineChars"), "200")
    indent.set(qn("w:firstLine"), "632")


def rule_below(paragraph: Paragraph, eighths: int, colour: str) -> None:
    """Draws a line as wide as the text below the paragraph; its width is given in eighths of a point."""
    _draw(paragraph, "bottom", eighths, colour)


def rule_above(paragraph: Paragraph, eighths: int) -> None:
    """Draws a black line as wide as the text above the paragraph."""
    _draw(paragraph, "top", eighths, "000000")


def _draw(paragraph: Paragraph, side: str, eighths: int, colour: str) -> None:
    borders = OxmlElement("w:pBdr")
    line = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph.paragraph_format.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _set_grid(section: Section) -> None:
    properties = section._sectPr  # noqa: SLF001  # python-docx has no public way to the text grid
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    grid = OxmlElement("w:docGrid")
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(_LINE_TWIPS))
    properties.append(grid)


def _set_type(style: ParagraphStyle, typeface: Typeface, size: Pt) -> None:
    style.font.name, style.font.size, style.font.bold = typeface.name, size, False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), typeface.name)


def set_run_type(run: Run, typeface: Typeface, size: Pt) -> None:
    """Sets a run in a typeface of its own, for Chinese and Latin letters alike."""
    run.font.name, run.font.size = typeface.name, size
    run.font.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), typeface.name)


def _set_plain(normal: ParagraphStyle) -> None:
    """Sets characters at one step, without the space Word puts between Chinese and digits."""
    step = OxmlElement("w:spacing")
    step.set(qn("w:val"), str(_CHARACTER_STEP_TWIPS))
    properties = normal.element.get_or_add_rPr()
    properties.insert_element_before(step, "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:lang")
    shape = normal.element.get_or_add_pPr()
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        off = OxmlElement(name)
        off.set(qn("w:val"), "0")
        shape.insert_element_before(off, "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:jc")


def _write_mark(paragraph: Paragraph, mark: str) -> None:
    if mark:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        set_run_type(paragraph.add_run(mark), FIRST, SIZE_3)
        paragraph.runs[0].font.color.rgb = RED


def _write_number(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH) -> None:
    paragraph.alignment = side
    # One character of white space on the outer side (单页码居右空一字，双页码居左空一字).
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = SIZE_4
    for part in ("— ", None, " —"):
        run = paragraph.add_run(part)
        set_run_type(run, PAGE, SIZE_4)
        if part is None:
            _add_page_field(run)


def _add_page_field(run: Run) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("separate", None), (None, None), ("end", None)):
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.element.append(mark)
        elif text is not None:
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run.element.append(instruction)
        else:
            run.add_text("1")
