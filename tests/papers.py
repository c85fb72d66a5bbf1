"""Papers for tests: a head and one block of each kind, about the fictional 云州市."""

from desk.paper import Heading, Paper, Paragraph, Table

MARKUP = "<script>alert('云州')</script> &amp; \"引号\" {{ 7 * 7 }} ]]>"


def a_paper(*, mark: str = "", words: str = "清河桥垮塌") -> Paper:
    """A paper whose heading, paragraph, caption and first cell say the same words."""
    return Paper(
        name=f"{mark}政务舆情周报-2026-W23",
        mark=mark,
        masthead="政务舆情周报",
        issue="2026年第23周",
        office="云州市人民政府新闻办公室",
        dated="2026年6月8日",
        title=f"{mark}2026年6月1日至7日\n政务舆情回应情况",
        blocks=(
            Heading(text=words, level=1),
            Heading(text="（一）按时：1个", level=2),
            Paragraph(text=words),
            Table(
                caption=words,
                columns=("序号", "事件", "情况"),
                widths=(1, 4, 2),
                rows=((words, "云州-2026-0001", "按时"), ("2", "云州-2026-0002", "计时中")),
            ),
        ),
    )


def texts_of(paper: Paper) -> list[str]:
    """The title and every text of the blocks, in order."""
    texts = [paper.title]
    for block in paper.blocks:
        match block:
            case Heading() | Paragraph():
                texts.append(block.text)
            case Table():
                texts.extend([block.caption, *block.columns, *(text for row in block.rows for text in row)])
    return texts
