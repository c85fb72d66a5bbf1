"""The typefaces of official papers (GB/T 9704-2012), with what a machine that lacks them uses in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeface:
    """A typeface by the name offices install it under; `instead` says what to use where it is missing, in order."""

    name: str
    instead: tuple[str, ...]
    family: str = "roman"

    @property
    def stack(self) -> str:
        """All its names for a style sheet, a family of the browser's own at the end."""
        generic = "sans-serif" if self.family == "swiss" else "serif"
        return ", ".join([*(f'"{name}"' for name in (self.name, *self.instead)), generic])


TEXT = Typeface(name="仿宋_GB2312", instead=("仿宋", "FangSong", "STFangsong", "Noto Serif CJK SC"))
TITLE = Typeface(name="方正小标宋简体", instead=("方正小标宋_GBK", "小标宋", "华文中宋", "宋体", "Noto Serif CJK SC"))
FIRST = Typeface(name="黑体", instead=("SimHei", "STHeiti", "Noto Sans CJK SC"), family="swiss")
SECOND = Typeface(name="楷体_GB2312", instead=("楷体", "KaiTi", "STKaiti", "Noto Serif CJK SC"))
PAGE = Typeface(name="宋体", instead=("SimSun", "STSong", "Noto Serif CJK SC"))
TYPEFACES = (TEXT, TITLE, FIRST, SECOND, PAGE)

_PART = PackURI("/word/fontTable.xml")
_SCHEMA = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# Word looks for a stand-in by the other names, then by family and character set: 86 is GB 2312.
_FONT = '<w:font w:name={name}><w:altName w:val={instead}/><w:charset w:val="86"/><w:family w:val={family}/></w:font>'


def declare(document: Document) -> None:
    """Replaces the document's table of typefaces by ours."""
    part = document.part
    for key in [key for key, rel in part.rels.items() if rel.reltype == RELATIONSHIP_TYPE.FONT_TABLE]:
        del part.rels[key]
    table = Part(_PART, CONTENT_TYPE.WML_FONT_TABLE, _table(TYPEFACES).encode(), part.package)
    part.relate_to(table, RELATIONSHIP_TYPE.FONT_TABLE)


def style_sheet() -> Mapping[str, str]:
    """The typefaces as a page's style sheet names them."""
    return {"text": TEXT.stack, "title": TITLE.stack, "first": FIRST.stack, "second": SECOND.stack, "page": PAGE.stack}


def _table(typefaces: tuple[Typeface, ...]) -> str:
    fonts = "".join(
        _FONT.format(
            name=quoteattr(each.name), instead=quoteattr(";".join(each.instead)), family=quoteattr(each.family)
        )
        for each in typefaces
    )
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{_SCHEMA}">{fonts}</w:fonts>'
