from dataclasses import replace
from pathlib import Path

import pytest

from backends.incidents_memory import MemoryIncidentStore
from backends.posts_memory import MemoryPostStore
from backends.sources_memory import MemorySourceStore
from desk.change import Placement
from desk.errors import StoreError
from desk.post import Outcome
from desk.source import Cursor
from flows.brief import BriefedDesk, brief_last_week, composed, write_briefing
from tests.build import DAY, HOUR, MICROSECOND, NOON, a_post, a_screened_post
from tests.build_incidents import a_change, an_incident
from tests.desk.scene import DRILL, OFFICE, POLICY, opened
from tests.desk.weeks import AFTER, SINCE, UNTIL, WEEK


@pytest.fixture
def desk() -> BriefedDesk:
    stores = BriefedDesk(
        posts=MemoryPostStore(),
        incidents=MemoryIncidentStore(),
        sources=MemorySourceStore(),
        office=OFFICE,
        policy=POLICY,
    )
    stores.incidents.save([a_change(incident=replace(opened(), version=0))])
    return stores


def test_posts_are_counted_by_when_they_were_published_on_both_sides_of_the_week(desk: BriefedDesk) -> None:
    moments = (SINCE - MICROSECOND, SINCE, UNTIL - MICROSECOND, UNTIL)
    posts = [a_post(title=f"第{number}条", published_at=moment) for number, moment in enumerate(moments)]
    desk.posts.put([a_screened_post(post=post, outcome=Outcome.ORDINARY) for post in posts])

    assert composed(desk, WEEK, AFTER).coverage.posts == 2


def test_a_post_counts_by_its_final_end_and_by_passed_on_until_it_has_one(desk: BriefedDesk) -> None:
    placed, waiting = a_post(title="已归并"), a_post(title="待归并")
    desk.posts.put([a_screened_post(post=placed), a_screened_post(post=waiting)])
    placement = Placement(post_id=placed.id, outcome=Outcome.UNPLACED, placed_at=NOON)
    desk.incidents.save([a_change(incident=None, placements=(placement,))])

    coverage = composed(desk, WEEK, AFTER).coverage

    assert (coverage.ended(Outcome.UNPLACED), coverage.ended(Outcome.PASSED_ON)) == (1, 1)


def test_more_posts_and_incidents_than_one_reading_gives_are_all_counted(desk: BriefedDesk) -> None:
    posts = [a_post(title=f"第{number}条") for number in range(1_203)]
    desk.posts.put([a_screened_post(post=post, outcome=Outcome.ORDINARY) for post in posts])
    more = [an_incident(id=f"{number:032x}") for number in range(10, 1_012)]
    desk.incidents.save([a_change(incident=incident) for incident in more])

    briefing = composed(desk, WEEK, AFTER)

    assert briefing.coverage.posts == 1_203
    assert briefing.incidents.number == 1_003


def test_where_a_replay_stands_is_no_source(desk: BriefedDesk) -> None:
    desk.sources.save_cursor(Cursor(source="replay of drill", last_seen_at=AFTER))
    desk.sources.save_cursor(Cursor(source="yunzhou-forum", last_seen_at=AFTER))

    assert [each.source for each in composed(desk, WEEK, AFTER).coverage.sources] == ["yunzhou-forum"]


def test_gaps_of_the_week_come_from_the_store(desk: BriefedDesk) -> None:
    desk.sources.save_cursor(Cursor(source="news", last_seen_at=AFTER))
    desk.sources.open_gap("news", NOON, "unreachable")
    desk.sources.close_gap("news", NOON + 2 * HOUR)

    coverage = composed(desk, WEEK, AFTER).coverage

    assert coverage.owed - coverage.watched == 2 * HOUR


def test_a_week_older_than_posts_are_kept_says_that_they_are_not_all_there(desk: BriefedDesk) -> None:
    kept = replace(desk, posts_kept=AFTER - SINCE)
    expired = replace(desk, posts_kept=AFTER - SINCE - MICROSECOND)

    assert composed(kept, WEEK, AFTER).posts_complete
    assert not composed(expired, WEEK, AFTER).posts_complete


def test_both_files_are_written_and_named_for_week_and_mark(desk: BriefedDesk, tmp_path: Path) -> None:
    written = write_briefing(replace(desk, office=DRILL), WEEK, AFTER, tmp_path / "briefings")

    assert [path.name for path in written] == [
        "【演练】政务舆情周报-2026-W23.docx",
        "【演练】政务舆情周报-2026-W23.html",
    ]
    assert sorted(path.name for path in (tmp_path / "briefings").iterdir()) == sorted(path.name for path in written)


def test_monday_s_briefing_is_on_the_week_that_ended(desk: BriefedDesk, tmp_path: Path) -> None:
    on_monday = brief_last_week(desk, UNTIL, tmp_path / "a")
    on_sunday = brief_last_week(desk, UNTIL - MICROSECOND, tmp_path / "b")

    assert on_monday[0].stem == "政务舆情周报-2026-W23"
    assert on_sunday[0].stem == "政务舆情周报-2026-W22"


def test_the_same_week_once_more_replaces_its_files(desk: BriefedDesk, tmp_path: Path) -> None:
    first = write_briefing(desk, WEEK, AFTER, tmp_path)
    before = first[1].read_bytes()

    again = write_briefing(desk, WEEK, AFTER + DAY, tmp_path)

    assert again == first
    assert again[1].read_bytes() != before
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_cannot_be_used_is_named_and_nothing_is_left(desk: BriefedDesk, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")

    with pytest.raises(StoreError, match="choose another folder"):
        write_briefing(desk, WEEK, AFTER, taken)

    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
