"""Where a flagged post goes: into an incident, into a new one, or to a counted end of its own (DESIGN §3, §4.1.14)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.clock import ClockState
from desk.incident import Incident, OpinionLevel, Severity, State
from desk.moments import Basis, Precision
from desk.placing import KEPT_TERMS, WINDOW, place
from desk.post import ABROAD, NATIONWIDE, EventKind, Outcome, Place, Post
from desk.release import ReleaseKind, Signature
from desk.steps import ConfirmRelease
from tests.build import DAY, HOUR, MINUTE, NOON, SECOND, a_post, a_verdict
from tests.desk.scene import (
    C1_DUE,
    C2_DUE,
    DRILL,
    OFFICE,
    POLICY,
    PUBLIC,
    act,
    answered,
    at_place,
    clock,
    dismissing,
    flagged,
    graded,
    official_post,
    opened,
    outcome,
    placed,
    said,
    saved,
    shown,
)

MICROSECOND = timedelta(microseconds=1)
COUNTRY = replace(OFFICE, jurisdiction=(NATIONWIDE,))
CLEAR = ("清河桥", "垮塌")


def later(after: timedelta = HOUR) -> Post:
    """Another post about the bridge, published and collected that much later."""
    return a_post(text=f"清河桥现场 {after}", published_at=NOON + after, collected_at=NOON + after)


def test_post_inside_the_jurisdiction_opens_an_incident() -> None:
    post, verdict = a_post(), a_verdict()

    incident = opened(post, verdict)

    assert (incident.id, incident.title, incident.state) == (f"i-{post.id[:20]}", "清河桥怎么了", State.REGISTERED)
    assert (incident.place_name, incident.place_codes, incident.terms) == ("清河区", ("990102",), CLEAR)
    assert (incident.event_kind, incident.post_count, incident.severity) == (EventKind.ACCIDENT, 1, None)
    assert (incident.opened_at, incident.last_post_at) == (NOON, NOON)


def test_opening_is_logged_and_paged_and_placed_at_the_time_the_post_was_collected() -> None:
    change = placed(a_post(), a_verdict())

    [event], [notice], [placement] = change.events, change.notices, change.placements
    assert (event.kind, event.at, event.recorded_at, event.by) == ("opened", NOON, NOON, "placer")
    assert event.facts == {"post": a_post().id, "probability": "0.970", "why": "垮塌、消防"}
    assert (notice.rung, notice.person, notice.owed_at) == ("step1", "值班员", NOON)
    assert (placement.post_id, placement.placed_at, placement.incident_id) == (a_post().id, NOON, opened().id)


def test_incident_of_a_post_without_a_title_is_named_by_its_first_words() -> None:
    assert opened(a_post(title="", text="塌" * 50)).title == "塌" * 40


def test_clocks_start_from_the_publication_and_awareness_is_the_desk_s_own_flag() -> None:
    times = opened().times

    assert times.first_public is not None
    assert (times.first_public.at, times.aware.at, times.first_seen.at) == (PUBLIC, NOON, NOON)
    assert [(each.start_basis, each.start_at) for each in opened().clocks] == [
        (Basis.FIRST_PUBLIC, PUBLIC),
        (Basis.FIRST_PUBLIC, PUBLIC),
        (Basis.AWARE, NOON),
    ]


def test_source_whose_clock_runs_ahead_does_not_delay_ours() -> None:
    ahead = opened(a_post(published_at=NOON + HOUR))

    assert [each.start_at for each in ahead.clocks] == [NOON, NOON, NOON]


def test_publication_known_by_its_day_alone_starts_the_clock_with_the_day_and_says_so() -> None:
    vague = opened(a_post(published_at=NOON - 10 * HOUR, precision=Precision.DAY))

    assert clock(vague, "C1").start_at == NOON - 10 * HOUR
    assert said(clock(vague, "C1")) == ["uncertain_start"]


def test_post_on_the_same_matter_joins() -> None:
    joined = placed(later(), a_verdict(), opened())

    assert outcome(joined) is Outcome.JOINED
    assert joined.incident is not None
    assert (joined.incident.id, joined.incident.post_count, joined.incident.last_post_at) == (
        opened().id,
        2,
        NOON + HOUR,
    )
    assert [(event.kind, event.at) for event in joined.events] == [("joined", NOON + HOUR)]
    assert joined.notices == ()


@pytest.mark.parametrize(
    ("after", "end"),
    [(WINDOW, Outcome.JOINED), (WINDOW + MICROSECOND, Outcome.OPENED), (WINDOW - HOUR, Outcome.JOINED)],
)
def test_incident_takes_posts_until_the_end_of_its_window(after: timedelta, end: Outcome) -> None:
    assert outcome(placed(later(after), a_verdict(), opened())) is end


def test_window_runs_from_the_last_post_that_joined() -> None:
    grown = saved(placed(later(WINDOW), a_verdict(), opened()))

    assert outcome(placed(later(2 * WINDOW), a_verdict(), grown)) is Outcome.JOINED


def test_window_is_three_days() -> None:
    assert WINDOW == 3 * DAY


@pytest.mark.parametrize("codes", [("990103",), ("990101",)])
def test_same_words_at_another_place_open_another_incident(codes: tuple[str, ...]) -> None:
    elsewhere = a_verdict(places=(Place(name="东湖区", codes=codes),))

    assert outcome(placed(later(), elsewhere, opened())) is Outcome.OPENED


@pytest.mark.parametrize("code", ["990102", "990100", "990000"])
def test_place_above_or_the_same_joins_on_one_shared_word(code: str) -> None:
    verdict = a_verdict(places=at_place("某地", code), terms=("垮塌",))

    assert outcome(placed(later(), verdict, opened())) is Outcome.JOINED


def test_same_place_without_a_shared_word_opens_another_incident() -> None:
    assert outcome(placed(later(), a_verdict(terms=("停水",)), opened())) is Outcome.OPENED


@pytest.mark.parametrize(("terms", "end"), [(("垮塌",), Outcome.OPENED), (CLEAR, Outcome.JOINED)])
def test_post_of_another_kind_joins_only_on_two_shared_words(terms: tuple[str, ...], end: Outcome) -> None:
    verdict = a_verdict(event_kind=EventKind.NATURAL, terms=terms)

    assert outcome(placed(later(), verdict, opened())) is end


def test_post_of_no_kind_joins_on_one_shared_word() -> None:
    assert outcome(placed(later(), a_verdict(event_kind=None, terms=("垮塌",)), opened())) is Outcome.JOINED


@pytest.mark.parametrize(("terms", "end"), [(("垮塌",), Outcome.UNPLACED), (CLEAR, Outcome.JOINED)])
def test_post_without_a_place_joins_only_on_two_shared_words(terms: tuple[str, ...], end: Outcome) -> None:
    assert outcome(placed(later(), a_verdict(places=(), terms=terms), opened())) is end


def test_post_about_another_country_never_joins() -> None:
    verdict = a_verdict(places=at_place("外国", ABROAD))

    assert outcome(placed(later(), verdict, opened())) is Outcome.ELSEWHERE


def test_closed_incident_takes_no_post() -> None:
    closed = act(opened(), dismissing())

    assert outcome(placed(later(), a_verdict(), closed)) is Outcome.OPENED


def test_post_joins_the_incident_it_shares_most_words_with_then_the_liveliest_then_the_first_by_id() -> None:
    base = opened()
    fewer = replace(base, id="i-0", terms=("垮塌",), last_post_at=NOON + MINUTE)
    livelier = replace(base, id="i-9", last_post_at=NOON + MINUTE)
    twin = replace(livelier, id="i-8")

    joined = [
        placed(later(), a_verdict(), *incidents).placements[0].incident_id
        for incidents in ((fewer, base), (base, livelier), (livelier, twin), (twin, livelier, base, fewer))
    ]

    assert joined == [base.id, "i-9", "i-8", "i-8"]


def test_joining_post_published_earlier_moves_the_start() -> None:
    early = a_post(text="早上就有裂缝", published_at=PUBLIC - 2 * HOUR, collected_at=NOON + HOUR)

    joined = saved(placed(early, a_verdict(), graded(Severity.MAJOR)))

    assert joined.times.first_public is not None
    assert (joined.times.first_public.at, joined.times.first_public.entered_at) == (PUBLIC - 2 * HOUR, NOON + HOUR)
    assert (clock(joined, "C1").due_at, clock(joined, "C2").due_at) == (C1_DUE - 2 * HOUR, C2_DUE - 2 * HOUR)
    assert joined.next_moment == clock(joined, "C1").warn_at[0]


def test_joining_post_published_later_moves_nothing() -> None:
    joined = saved(placed(later(), a_verdict(), opened()))

    assert joined.clocks == opened().clocks


def test_incident_learns_kind_place_and_words_from_the_posts_that_join() -> None:
    bare = opened(a_post(text="云州大桥出事"), a_verdict(event_kind=None, places=()))

    joined = saved(placed(later(), a_verdict(terms=(*CLEAR, "消防")), bare))

    assert joined.id == bare.id
    assert (joined.event_kind, joined.place_codes, joined.terms) == (
        EventKind.ACCIDENT,
        ("990102",),
        (*CLEAR, "消防"),
    )


def test_incident_keeps_a_bounded_number_of_words() -> None:
    many = a_verdict(terms=tuple(f"词{number}" for number in range(KEPT_TERMS + 1)))

    incident = opened(verdict=many)
    joined = saved(placed(later(), a_verdict(terms=("词0", "又一词")), incident))

    assert (len(incident.terms), joined.terms) == (KEPT_TERMS, incident.terms)


def test_spread_raises_the_opinion_level_and_never_the_severity() -> None:
    incident = replace(opened(), post_count=198)

    below = saved(placed(later(), a_verdict(), incident))
    reached = saved(placed(later(2 * HOUR), a_verdict(), below))

    assert (below.opinion_level, reached.opinion_level) == (OpinionLevel.L2, OpinionLevel.L1)
    assert (reached.severity, reached.clocks) == (None, opened().clocks)


def test_joining_post_never_lowers_the_level_of_a_graded_matter() -> None:
    joined = saved(placed(later(), a_verdict(), graded(Severity.ESPECIALLY_MAJOR)))

    assert joined.opinion_level is OpinionLevel.L1


def test_official_post_on_an_open_incident_proposes_a_release() -> None:
    change = placed(official_post(), a_verdict(), opened())

    assert outcome(change) is Outcome.MATCHED
    incident = saved(change)
    [release] = incident.releases
    assert (release.channel, release.published_at, release.signature) == (
        "云州发布",
        NOON + HOUR,
        Signature.PROPOSED,
    )
    assert (release.kind, release.evidenced, release.self_reported) == (ReleaseKind.FIRST, True, False)
    assert [clock(incident, key).awaiting for key in ("C1", "C2", "C3")] == [release.id, None, release.id]


def test_official_post_is_paged_to_be_confirmed_and_is_no_post_of_the_public() -> None:
    change = placed(official_post(), a_verdict(), opened())

    assert [(notice.title, notice.owed_at) for notice in change.notices] == [("发布待确认", NOON + HOUR + MINUTE)]
    assert [(event.kind, event.by) for event in change.events] == [("release_proposed", "placer")]
    assert (saved(change).post_count, saved(change).last_post_at) == (1, NOON)


def test_second_official_post_is_a_continuing_release() -> None:
    first = saved(placed(official_post(), a_verdict(), opened()))
    post = official_post(title="续报", published_at=NOON + 5 * HOUR, collected_at=NOON + 5 * HOUR)

    second = saved(placed(post, a_verdict(), first))

    assert [each.kind for each in second.releases] == [ReleaseKind.FIRST, ReleaseKind.CONTINUING]


@pytest.mark.parametrize("incidents", [(), (act(opened(), dismissing()),), (replace(opened(), terms=("停水",)),)])
def test_official_post_on_no_open_matter_is_counted_and_never_opens_one(incidents: Sequence[Incident]) -> None:
    change = placed(official_post(), a_verdict(), *incidents)

    assert (outcome(change), change.incident, change.notices) == (Outcome.OFFICIAL, None, ())


def test_official_post_published_before_the_first_public_one_answers_with_negative_delay() -> None:
    post = official_post(published_at=PUBLIC - HOUR, captured_at=PUBLIC - HOUR)
    proposed = saved(placed(post, a_verdict(), graded(Severity.MAJOR)))

    signed = act(proposed, ConfirmRelease(release_id=proposed.releases[0].id), at=NOON + 2 * HOUR)

    assert (shown(signed, NOON + 2 * HOUR)["C1"], clock(signed, "C1").met_at) == (ClockState.MET, PUBLIC - HOUR)


def test_official_post_without_a_capture_is_proposed_and_waits_for_a_record() -> None:
    post = official_post(capture=None, captured_at=None)

    [release] = saved(placed(post, a_verdict(), opened())).releases

    assert (release.evidenced, release.self_reported) == (False, True)


def test_notices_of_a_drill_say_so_first() -> None:
    [notice] = place(flagged(), (), DRILL, POLICY).notices

    assert notice.text.startswith("【演练】疑似事件：")


def test_answered_incident_still_takes_posts_and_releases() -> None:
    incident = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    joined = placed(later(2 * HOUR), a_verdict(), incident)
    again = placed(
        official_post(published_at=NOON + 3 * HOUR, collected_at=NOON + 3 * HOUR), a_verdict(), saved(joined)
    )

    assert (outcome(joined), outcome(again)) == (Outcome.JOINED, Outcome.MATCHED)
    assert clock(saved(again), "C4").awaiting == saved(again).releases[-1].id


def test_decision_is_made_with_the_time_the_post_was_collected() -> None:
    when = NOON + 30 * SECOND

    change = placed(a_post(collected_at=when), a_verdict())

    assert [change.events[0].at, change.placements[0].placed_at, change.notices[0].owed_at] == [when] * 3
