"""An official paper as a Word file (.docx) in the page format of GB/T 9704-2012."""

from datetime import datetime
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from backends.briefing_fonts import FIRST, declare
from backends.briefing_page import (
    RED,
    SIZE_4,
    WIDTH,
    indent_two,
    rule_above,
    rule_below,
    set_page,
    set_run_type,
    set_styles,
)
from desk.paper import Block, Heading, Paper, Paragraph, Table

_FIELDS_OF_A_PERSON = 3
"""Empty lines at the head for 份号, 密级 and 紧急程度: a person writes them, a program never does."""

_MANY_COLUMNS = 6


def docx_of(paper: Paper, *, written_at: datetime) -> bytes:
    """The paper as the bytes of a Word file."""
    document = docx.Document()
    declare(document)
    set_styles(document)
    set_page(document, paper.mark)
    _sign(document, paper, written_at)
    _write_head(document, paper)
    for block in paper.blocks:
        _write(document, block)
    _write_tail(document, paper)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _sign(document: Document, paper: Paper, written_at: datetime) -> None:
    # The template of python-docx names its own maker and day, and carries a picture of its own first page.
    package = document.part.package
    assert package is not None
    for key in [key for key, rel in package.rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[key]
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = paper.name, paper.office, paper.office
    properties.created = properties.modified = written_at.replace(tzinfo=None)
    properties.comments, properties.keywords, properties.revision, properties.language = "", "", 1, "zh-CN"


def _write_head(document: Document, paper: Paper) -> None:
    for _ in range(_FIELDS_OF_A_PERSON):
        document.add_paragraph()
    masthead = document.add_paragraph(style="Masthead")
    masthead.alignment = WD_ALIGN_PARAGRAPH.CENTER
    masthead.paragraph_format.line_spacing = Pt(56)
    _off_grid(masthead)
    masthead.add_run(paper.masthead).font.color.rgb = RED
    issue = document.add_paragraph(paper.issue)
    issue.alignment = WD_ALIGN_PARAGRAPH.CENTER
    origin = document.add_paragraph(f"{paper.office}\t{paper.dated}")
    origin.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    rule_below(origin, 12, str(RED))
    document.add_paragraph()
    title = document.add_paragraph(paper.title, style="Paper Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(33)
    _off_grid(title)
    document.add_paragraph()


def _write(document: Document, block: Block) -> None:
    match block:
        case Heading():
            heading = document.add_paragraph(block.text, style="First Level" if block.level == 1 else "Second Level")
            heading.paragraph_format.keep_with_next = True
            indent_two(heading)
        case Paragraph():
            paragraph = document.add_paragraph(block.text)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            indent_two(paragraph)
        case Table():
            _write_table(document, block)


def _write_table(document: Document, table: Table) -> None:
    caption = document.add_paragraph(table.caption, style="Caption Line")
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    drawn = document.add_table(rows=1 + len(table.rows), cols=len(table.columns), style="Table Grid")
    drawn.alignment, drawn.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    widths = [Length(int(WIDTH * width / sum(table.widths))) for width in table.widths]
    style = "Small Cell" if len(table.columns) > _MANY_COLUMNS else "Cell"
    _narrow_margins(drawn)
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = width
    head, *rows = drawn.rows
    _write_row(head, table.columns, widths, style, head=True)
    for row, texts in zip(rows, table.rows, strict=True):
        _write_row(row, texts, widths, style)
    document.add_paragraph().paragraph_format.line_spacing = Pt(12)


def _narrow_margins(table: WordTable) -> None:
    """A millimetre beside the text: Word's own two take a sixth of a narrow column."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(Mm(1).twips)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr  # noqa: SLF001  # python-docx has no public way to the margins of cells
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def _write_row(row: _Row, texts: tuple[str, ...], widths: list[Length], style: str, *, head: bool = False) -> None:
    _keep_whole(row, head=head)
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        _write_cell(cell, text, style, head=head)


def _keep_whole(row: _Row, *, head: bool) -> None:
    """No row is cut by the end of a page; the head row stands on every page."""
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001  # python-docx has no public way to a row's properties
    for name in ("w:cantSplit", *(("w:tblHeader",) if head else ())):
        element = OxmlElement(name)
        element.set(qn("w:val"), "true")
        properties.append(element)


def _write_cell(cell: _Cell, text: str, style: str, *, head: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    run = paragraph.add_run(text)
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(15)
    size = paragraph.style.font.size if paragraph.style is not None else None
    if head:
        set_run_type(run, FIRST, Pt(size.pt if size else SIZE_4.pt))
    _off_grid(paragraph)


def _off_grid(paragraph: WordParagraph) -> None:
    """Small type keeps its own pitch: the page's grid is for the text."""
    element = OxmlElement("w:snapToGrid")
    element.set(qn("w:val"), "0")
    paragraph.paragraph_format.element.get_or_add_pPr().insert_element_before(
        element, "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _write_tail(document: Document, paper: Paper) -> None:
    document.add_paragraph()
    for place, name in enumerate(("报：", "送：", "发：")):
        line = document.add_paragraph()
        set_run_type(line.add_run(name), FIRST, SIZE_4)
        if place == 0:
            rule_above(line, 8)
    last = document.add_paragraph()
    for text in (f"{paper.office}", "\t", f"{paper.dated}印发　共印　　份"):
        last.add_run(text).font.size = SIZE_4
    last.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    rule_below(last, 8, "000000")
    for paragraph in document.paragraphs[-4:]:
        paragraph.paragraph_format.keep_together = True
        paragraph.paragraph_format.keep_with_next = paragraph is not document.paragraphs[-1]
