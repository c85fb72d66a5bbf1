"""The further duties in a week's briefing: counted beside the first answers, each number that of its list."""

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.briefing import RULES as FIRST
from desk.briefing import Briefing, compose
from desk.briefing_further import COLUMNS
from desk.briefing_ledger import EARLIER
from desk.briefing_paper import paper_of
from desk.incident import Incident, Severity
from desk.paper import Heading, Paragraph, Table
from desk.standing import Standing
from tests.build import DAY, HOUR, MINUTE, NOON
from tests.desk.duty_scene import JOURNEYS, RULES, Journey, do, looked
from tests.desk.scene import OFFICE, grading, opened, saved
from tests.desk.weeks import AFTER, WEEK, numbered

WEEKS = st.lists(st.tuples(st.sampled_from(JOURNEYS), st.integers(1, 6 * 24 * 60)), min_size=1, max_size=4)


def briefed(*incidents: Incident) -> Briefing:
    return compose(
        office=OFFICE, policy=RULES, week=WEEK, now=AFTER, incidents=incidents, tallies=(), cursors=(), gaps=()
    )


def watched(incident: Incident, until: timedelta) -> Incident:
    while incident.next_moment is not None and incident.next_moment <= NOON + until:
        change = looked(incident, incident.next_moment)
        assert change is not None
        incident = saved(change)
    return incident


def lived(number: int, journey: Journey, answered_after: int) -> Incident:
    """An incident graded and with one further duty, answered so many minutes later and watched to the week's end."""
    begun = do(opened(), *journey.begin, grading(Severity.CONSIDERABLE))
    at = NOON + answered_after * MINUTE + HOUR
    waited = watched(begun, at - NOON)
    return numbered(watched(do(waited, *journey.evidence(at), at=at), 4 * DAY), number)


def tables(briefing: Briefing) -> dict[str, Table]:
    found = (block for block in paper_of(briefing).blocks if isinstance(block, Table))
    return {block.caption.partition("（")[0]: block for block in found}


def in_ledger(briefing: Briefing) -> list[str]:
    """How each further time limit stands by the ledger, those settled before left out."""
    [ledger] = [table for caption, table in tables(briefing).items() if caption.startswith("事件")]
    stands = [each for row in ledger.rows for each in row[8].split("\n")]
    return [each for each in stands if each != "—" and not each.startswith(EARLIER)]


def major() -> Incident:
    return watched(do(opened(), grading(Severity.MAJOR)), 4 * DAY)


def test_a_week_without_further_duties_is_no_longer_than_before() -> None:
    briefing = briefed(watched(opened(), 4 * DAY))

    assert briefing.further.number == 0
    assert "其他时限执行情况" not in tables(briefing)
    assert "其他时限" not in "".join(block.text for block in paper_of(briefing).blocks if isinstance(block, Paragraph))


def test_a_major_matter_nobody_reported_up_is_told_in_the_summary_the_table_and_one_by_one() -> None:
    blocks = paper_of(briefed(major())).blocks

    text = "\n".join(block.text for block in blocks if isinstance(block, Paragraph | Heading))

    assert "其他时限2个，其中按时0个，逾期0个，超时1个，计时中0个。" in text
    assert "其他时限中错过或另行标记的：2个" in text
    assert "突发事件上报：6月3日20:00（知悉）起算，时限6月3日22:00，至统计时已超" in text
    assert tables(briefed(major()))["其他时限执行情况"].rows[-1] == ("合计", "0", "0", "1", "0", "1", "2")


def test_the_first_answers_are_counted_as_before() -> None:
    briefing = briefed(major())

    assert {line.clock.rule_id for line in briefing.clocks.listed} == {"C1", "C2", "C3"}
    assert briefing.standing(*Standing).number == briefing.clocks.number
    assert not {line.clock.rule_id for line in briefing.further.listed} & set(FIRST)


@given(WEEKS)
def test_every_number_of_the_further_duties_is_that_of_its_list(script: list[tuple[Journey, int]]) -> None:
    briefing = briefed(*(lived(place, *step) for place, step in enumerate(script, start=1)))

    rows = {row[0]: [int(cell) for cell in row[1:]] for row in tables(briefing)["其他时限执行情况"].rows}
    listed = in_ledger(briefing)

    assert rows["合计"][-1] == len(listed) == briefing.further.number
    assert all(sum(cells[:-1]) == cells[-1] for cells in rows.values())
    assert {title: cells[-1] for title, cells in rows.items() if title != "合计"} == {
        title: sum(each.startswith(f"{title}：") for each in listed) for title in rows if title != "合计"
    }
    assert dict(zip(COLUMNS, rows["合计"], strict=False)) == {
        "按时": sum(each.endswith("：按时") for each in listed),
        "逾期": sum("：逾期回应" in each for each in listed),
        "超时": sum(bool(re.search("：超时(（定级时已过时限）)?$", each)) for each in listed),
        "计时中": sum(each.endswith(("：计时中", "：已暂停")) for each in listed),
    }


@given(WEEKS)
def test_what_was_missed_is_told_line_by_line(script: list[tuple[Journey, int]]) -> None:
    blocks = paper_of(briefed(*(lived(place, *step) for place, step in enumerate(script, start=1)))).blocks

    texts = [block.text for block in blocks if isinstance(block, Heading | Paragraph)]
    heads = [place for place, text in enumerate(texts) if text.startswith("其他时限中错过")]

    for place in heads:
        said = int(texts[place].rpartition("：")[2].removesuffix("个"))
        following = next(n for n, text in enumerate(texts[place + 1 :]) if not re.match(r"\d+\. ", text))
        assert said == following
