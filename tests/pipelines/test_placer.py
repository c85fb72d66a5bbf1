from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.incidents_memory import MemoryIncidentStore
from desk.apply import apply
from desk.change import Change, IncidentQuery
from desk.errors import Fenced
from desk.incident import Incident
from desk.lifecycle import Action
from desk.post import Outcome, Post
from desk.steps import Acknowledge, Leave
from desk.travel import DEAD, FLAGGED, Outgoing
from tests.build import HOUR, MINUTE, NOON, a_post
from tests.pipelines.line import NOW, POLICY, LineOfTests


def reported(title: str, minutes: int) -> Post:
    at = NOON + minutes * MINUTE
    return a_post(title=title, text="", published_at=at, collected_at=at)


EXPLOSION = reported("江口区一化工厂发生爆炸", 0)
AGAIN = reported("江口区化工厂爆炸现场浓烟", 5)
BRIDGE = reported("桐山县一座桥垮塌", 7)
STREAM = [
    EXPLOSION,
    AGAIN,
    BRIDGE,
    reported("远山市发生地震", 9),
    reported("某地发生地震", 11),
    reported("桐山县大桥垮塌后续", 13),
    reported("桐山县自来水浑浊", 15),
    reported("江口区爆炸已致两人受伤", 60 * 80),
    EXPLOSION,
]


def all_incidents(line: LineOfTests) -> list[Incident]:
    return line.incidents.find(IncidentQuery())


def test_the_first_flagged_post_opens_an_incident_and_the_next_joins_it() -> None:
    line = LineOfTests()
    line.deliver([EXPLOSION, AGAIN])

    line.run()

    (incident,) = all_incidents(line)
    assert incident.title == EXPLOSION.title
    assert [placed.post_id for placed in line.incidents.posts(incident.id)] == [EXPLOSION.id, AGAIN.id]


def test_a_post_published_twice_is_placed_once() -> None:
    line = LineOfTests()
    line.deliver([EXPLOSION])
    line.screen()
    line.deliver([EXPLOSION])
    line.screen()

    line.place()

    (incident,) = all_incidents(line)
    assert incident.post_count == 1


def test_posts_elsewhere_and_nowhere_are_counted_and_open_nothing() -> None:
    line = LineOfTests()
    line.deliver([reported("远山市发生地震", 0), reported("某地发生地震", 1)])

    line.run()

    assert all_incidents(line) == []
    assert line.incidents.outcomes() == {Outcome.ELSEWHERE: 1, Outcome.UNPLACED: 1}


def test_an_opened_incident_owes_the_duty_officer_a_notice() -> None:
    line = LineOfTests()
    line.deliver([EXPLOSION])

    line.run()

    (row,) = line.incidents.notices()
    assert row.notice.person == "值班员"
    assert "疑似事件：江口区一化工厂发生爆炸（江口区）" in row.notice.text


def test_an_older_placer_that_wakes_up_is_refused_and_writes_nothing() -> None:
    line = LineOfTests()
    line.deliver([EXPLOSION])
    line.screen()
    old = line.placer()
    epoch = old.acquire("old", patience=NOW)
    assert epoch is not None
    new = line.placer()
    new.acquire("new", patience=NOW)
    taken = new.acquire("new", patience=NOW)
    assert taken is not None

    with pytest.raises(Fenced), old.subscribe() as subscription:
        old.step(subscription, epoch, timeout=NOW)

    assert all_incidents(line) == []


class ActedOnMeanwhile(MemoryIncidentStore):
    """A store in which a person acknowledges an incident between the placer's reading and its writing."""

    person_is_fast = False

    def save(self, changes: Sequence[Change], *, epoch: int | None = None) -> None:
        if self.person_is_fast:
            self.person_is_fast = False
            (incident,) = self.find(IncidentQuery())
            super().save([apply(incident, Acknowledge(), by="王", now=NOON + HOUR, policy=POLICY)])
        super().save(changes, epoch=epoch)


def test_a_placer_that_a_person_forestalled_reads_and_decides_again() -> None:
    incidents = ActedOnMeanwhile()
    line = LineOfTests(incidents=incidents)
    line.deliver([EXPLOSION])
    line.run()
    incidents.person_is_fast = True
    line.deliver([AGAIN])

    line.run()

    (incident,) = all_incidents(line)
    assert incident.acknowledged_by == "王"
    assert incident.post_count == 2


def test_a_record_that_is_no_flagged_post_goes_to_quarantine() -> None:
    line = LineOfTests()
    line.bus.publish([Outgoing(topic=FLAGGED, key="place", value=b"nonsense")])
    line.bus.flush()

    line.place()

    with line.bus.subscribe(DEAD, group="looking") as subscription:
        assert len(subscription.poll(limit=10, timeout=NOW)) == 1


def content(line: LineOfTests) -> list[tuple[Incident, list[str], list[str]]]:
    return [
        (
            incident,
            [placed.post_id for placed in line.incidents.posts(incident.id)],
            [each.event.kind for each in line.incidents.timeline(incident.id)],
        )
        for incident in all_incidents(line)
    ]


def placed_whole() -> LineOfTests:
    line = LineOfTests(batch=1_000)
    line.deliver(STREAM)
    line.run()
    return line


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(1, len(STREAM)), max_size=len(STREAM)), batch=st.integers(1, 12))
def test_any_cutting_of_a_stream_into_batches_gives_the_same_incidents(cuts: list[int], batch: int) -> None:
    whole = placed_whole()
    line = LineOfTests(batch=batch)

    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(STREAM)], strict=True):
        line.deliver(STREAM[start:end])
        line.run()

    assert content(line) == content(whole)
    assert line.incidents.outcomes() == whole.incidents.outcomes()


def test_a_dismissed_incident_takes_no_more_posts() -> None:
    line = LineOfTests()
    line.deliver([EXPLOSION])
    line.run()
    (incident,) = all_incidents(line)
    dismissed = Leave(action=Action.DISMISS, reason="拍摄现场的烟火")
    line.incidents.save([apply(incident, dismissed, by="王", now=NOON + MINUTE, policy=POLICY)])
    line.deliver([AGAIN])

    line.run()

    assert [each.post_count for each in all_incidents(line)] == [1, 1]
