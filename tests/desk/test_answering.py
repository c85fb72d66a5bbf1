"""What answers an incident, from when, and what does not (DESIGN §4.1.4, §4.1.5, §4.1.8)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.apply import apply
from desk.change import Change
from desk.clock import ClockState, ClockTag
from desk.errors import IllegalAction
from desk.incident import DispositionClass, Incident, Severity
from desk.placing import place
from desk.release import CAPTURE_GRACE, ConferenceKind, Element, Release, Signature
from desk.steps import ConfirmRelease, RecordConference, RecordRelease, RejectRelease, Step
from desk.watching import watch
from tests.build import HOUR, MINUTE, NOON, SECOND
from tests.desk.scene import (
    C1_DUE,
    C2_DUE,
    CHIEF,
    DUTY,
    FULL,
    OFFICE,
    POLICY,
    PUBLIC,
    a_conference,
    a_release,
    act,
    answered,
    answering,
    asked,
    clock,
    concluding,
    conferred,
    flagged,
    graded,
    keys,
    official_post,
    opened,
    said,
    saved,
    shown,
    watched,
)

MICROSECOND = timedelta(microseconds=1)
RUNNING, MET, LATE, BREACHED = ClockState.RUNNING, ClockState.MET, ClockState.MET_LATE, ClockState.BREACHED
CONFIRM = ConfirmRelease(release_id="r-1")
REJECT = RejectRelease(release_id="r-1", reason="说的是另一座桥")


def refused(incident: Incident, *steps: Step, at: datetime = NOON + HOUR) -> str:
    """The words with which the last of these steps is refused."""
    *before, last = steps
    ready = act(incident, *before, at=at)
    with pytest.raises(IllegalAction) as refusal:
        apply(ready, last, by=DUTY, now=at, policy=POLICY)
    return str(refusal.value)


def waiting(*, published: datetime = NOON + HOUR, entered: datetime = NOON + HOUR) -> Incident:
    """A major matter with a release in its file that nobody has signed yet."""
    incident = graded(Severity.MAJOR)
    return act(incident, RecordRelease(release=a_release(published_at=published)), at=entered)


def evented(change: Change | None) -> list[tuple[str, datetime]]:
    """What a change wrote into the log, and for when."""
    assert change is not None
    return [(event.kind, event.at) for event in change.events]


def test_confirmed_release_meets_the_first_and_the_third_clock_and_never_the_conference_s() -> None:
    states = shown(answered(opened(), at=NOON + HOUR), NOON + 2 * HOUR)

    assert (states["C1"], states["C2"], states["C3"]) == (MET, ClockState.PROVISIONAL, MET)


@pytest.mark.parametrize(("published", "state"), [(C1_DUE, MET), (C1_DUE + SECOND, LATE)])
def test_release_is_in_time_in_the_due_second_and_late_one_second_later(published: datetime, state: ClockState) -> None:
    incident = answered(graded(Severity.MAJOR), at=published)

    assert shown(incident, C1_DUE + HOUR)["C1"] is state


def test_release_before_the_first_post_meets_the_clock() -> None:
    incident = act(graded(Severity.MAJOR), *answering(a_release(published_at=PUBLIC - 3 * HOUR)))

    assert (shown(incident, NOON + HOUR)["C1"], clock(incident, "C1").met_at) == (MET, PUBLIC - 3 * HOUR)


def test_release_in_the_file_meets_nothing_until_a_person_signs_it() -> None:
    incident = waiting()

    assert shown(incident, NOON + HOUR)["C1"] is RUNNING
    assert [each.signature for each in incident.releases] == [Signature.PROPOSED]


def test_who_entered_a_release_and_when_is_the_desk_s_to_say() -> None:
    backdated = replace(a_release(), entered_at=PUBLIC, entered_by="p-other")

    [release] = act(opened(), RecordRelease(release=backdated), at=NOON + 9 * HOUR).releases

    assert (release.entered_at, release.entered_by) == (NOON + 9 * HOUR, DUTY)


def test_signature_under_a_release_names_who_signed_and_when() -> None:
    for step in (CONFIRM, REJECT):
        [release] = act(waiting(), step, at=NOON + 2 * HOUR, by=CHIEF).releases
        assert (release.signed_by, release.signed_at) == (CHIEF, NOON + 2 * HOUR)


def test_elements_read_from_a_release_and_found_in_signing_add_up() -> None:
    step = RecordRelease(release=a_release(elements=frozenset({Element.FACTS})))

    [release] = act(opened(), step, replace(CONFIRM, elements=frozenset({Element.STANCE})), at=NOON + HOUR).releases

    assert release.elements == {Element.FACTS, Element.STANCE}


def test_who_entered_a_conference_and_when_is_the_desk_s_to_say() -> None:
    backdated = replace(a_conference(), entered_at=PUBLIC, entered_by="p-other")

    [held] = act(opened(), RecordConference(conference=backdated), at=NOON + 9 * HOUR).conferences

    assert (held.entered_at, held.entered_by) == (NOON + 9 * HOUR, DUTY)


def test_release_without_a_registered_channel_is_refused() -> None:
    words = refused(opened(), RecordRelease(release=a_release(channel=" ")))

    assert words == "release r-1 names no registered official channel"


def test_release_that_comes_already_signed_is_refused() -> None:
    words = refused(opened(), RecordRelease(release=a_release(signature=Signature.CONFIRMED)))

    assert words == "release r-1 comes with a signature: record it first, then confirm or reject it"


def test_release_is_recorded_once() -> None:
    step = RecordRelease(release=a_release())

    assert "r-1 is already in the file" in refused(opened(), step, step)


@pytest.mark.parametrize("capture", [None, "", " "])
def test_release_without_capture_or_record_cannot_be_confirmed(capture: str | None) -> None:
    step = RecordRelease(release=a_release(capture=capture, captured_at=None))

    assert refused(opened(), step, CONFIRM) == ("release r-1 has no capture and no attached record: attach one first")


def test_record_attached_in_signing_counts_and_is_self_reported() -> None:
    bare = RecordRelease(release=a_release(capture=None, captured_at=None))
    attached = ConfirmRelease(release_id="r-1", capture="beef")

    incident = act(graded(Severity.MAJOR), bare, attached, at=NOON + 2 * HOUR)

    assert (shown(incident, NOON + 2 * HOUR)["C1"], said(clock(incident, "C1"))) == (MET, [ClockTag.SELF_REPORTED])
    assert [(each.capture, each.captured_at) for each in incident.releases] == [("beef", NOON + 2 * HOUR)]


def test_record_attached_in_signing_never_replaces_the_capture_that_is_there() -> None:
    incident = act(opened(), RecordRelease(release=a_release()), replace(CONFIRM, capture="beef"), at=NOON + 2 * HOUR)

    assert [(each.capture, each.captured_at) for each in incident.releases] == [("c0ffee", NOON + HOUR)]


def test_release_dated_in_the_future_cannot_be_confirmed_before_its_time() -> None:
    ahead = RecordRelease(release=a_release(published_at=NOON + 2 * HOUR))

    assert "dated in the future" in refused(opened(), ahead, CONFIRM, at=NOON + 2 * HOUR - SECOND)
    assert shown(act(opened(), ahead, CONFIRM, at=NOON + 2 * HOUR), NOON + 2 * HOUR)["C1"] is MET


@pytest.mark.parametrize(
    ("release", "tags"),
    [
        (a_release(), []),
        (a_release(captured_at=NOON + HOUR + CAPTURE_GRACE), []),
        (a_release(captured_at=NOON + HOUR + CAPTURE_GRACE + MICROSECOND), [ClockTag.SELF_REPORTED]),
        (a_release(captured_at=None), [ClockTag.SELF_REPORTED]),
        (a_release(typed=True), [ClockTag.SELF_REPORTED]),
    ],
)
def test_time_typed_by_hand_or_captured_too_late_is_self_reported(release: Release, tags: list[ClockTag]) -> None:
    incident = act(graded(Severity.MAJOR), *answering(release), at=NOON + 2 * HOUR)

    assert (shown(incident, NOON + 2 * HOUR)["C1"], said(clock(incident, "C1"))) == (MET, tags)


def test_capture_proves_a_time_up_to_ten_minutes_earlier() -> None:
    assert timedelta(minutes=10) == CAPTURE_GRACE


def test_release_waiting_at_the_due_time_is_pending_and_confirmed_at_its_own_time() -> None:
    incident = watched(waiting(published=C1_DUE, entered=C1_DUE), C1_DUE + HOUR)

    confirmed = act(incident, CONFIRM, at=C1_DUE + 2 * HOUR)

    assert shown(incident, C1_DUE + HOUR)["C1"] is ClockState.PENDING_CONFIRMATION
    assert (shown(confirmed, C1_DUE + 3 * HOUR)["C1"], clock(confirmed, "C1").met_at) == (MET, C1_DUE)
    assert said(clock(confirmed, "C1")) == []


def test_rejected_release_leaves_the_clock_breached_at_the_computed_second() -> None:
    incident = watched(waiting(), C1_DUE + HOUR)

    rejected = act(incident, REJECT, at=C1_DUE + 2 * HOUR)

    assert shown(rejected, C1_DUE + 2 * HOUR)["C1"] is BREACHED
    assert evented(watch(rejected, C1_DUE + 2 * HOUR, OFFICE, POLICY)) == [("breached", C1_DUE)]


def test_rejecting_before_the_due_time_lets_the_clock_run_on() -> None:
    rejected = act(waiting(), REJECT, at=NOON + 2 * HOUR)

    assert shown(rejected, NOON + 2 * HOUR)["C1"] is RUNNING
    assert clock(rejected, "C1").awaiting is None


def test_rejecting_needs_a_reason() -> None:
    assert "without a reason" in refused(waiting(), replace(REJECT, reason=" "))


def test_release_published_after_the_due_second_excuses_nothing_while_it_waits() -> None:
    incident = waiting(published=C1_DUE + SECOND, entered=C1_DUE + SECOND)

    assert shown(incident, C1_DUE + SECOND)["C1"] is BREACHED


def test_release_before_the_first_post_is_waited_for_too() -> None:
    incident = watched(waiting(published=PUBLIC - HOUR), C1_DUE + HOUR)

    assert shown(incident, C1_DUE + HOUR)["C1"] is ClockState.PENDING_CONFIRMATION


def test_met_clock_waits_for_no_further_release() -> None:
    later = RecordRelease(release=a_release(id="r-2", published_at=NOON + 2 * HOUR))

    incident = act(answered(graded(Severity.MAJOR), at=NOON + HOUR), later, at=NOON + 2 * HOUR)

    assert (clock(incident, "C1").awaiting, clock(incident, "C4").awaiting) == (None, "r-2")


def test_each_release_is_signed_by_its_own_name() -> None:
    later = RecordRelease(release=a_release(id="r-2", published_at=NOON + 2 * HOUR))

    signed = act(waiting(), later, ConfirmRelease(release_id="r-2"), at=NOON + 2 * HOUR)

    assert [each.signature for each in signed.releases] == [Signature.PROPOSED, Signature.CONFIRMED]
    assert clock(signed, "C1").met_at == NOON + 2 * HOUR


def test_refusing_what_nobody_waited_for_pages_nobody_again() -> None:
    late = RecordRelease(release=a_release(published_at=C1_DUE + HOUR))
    ungraded = act(watched(opened(), C1_DUE + HOUR), late, REJECT, at=C1_DUE + HOUR)
    second = RecordRelease(release=a_release(id="r-2", published_at=NOON + 2 * HOUR))
    still_waits = act(watched(waiting(), C1_DUE + HOUR), second, replace(REJECT, release_id="r-2"), at=C1_DUE + HOUR)

    assert watch(ungraded, C1_DUE + HOUR, OFFICE, POLICY) is None
    assert watch(still_waits, C1_DUE + HOUR, OFFICE, POLICY) is None


def test_earliest_release_is_the_one_that_is_waited_for() -> None:
    later = RecordRelease(release=a_release(id="r-2", published_at=NOON + 2 * HOUR))
    incident = act(waiting(), later, at=NOON + 2 * HOUR)

    rejected = act(incident, REJECT, at=NOON + 3 * HOUR)

    assert (clock(incident, "C1").awaiting, clock(rejected, "C1").awaiting) == ("r-1", "r-2")


@pytest.mark.parametrize("watched_until", [NOON, C1_DUE + HOUR])
def test_evidence_found_after_a_breach_supersedes_it_and_both_stay_visible(watched_until: datetime) -> None:
    silent = watched(graded(Severity.MAJOR), watched_until)

    found = act(silent, RecordRelease(release=a_release()), at=C1_DUE + HOUR)
    confirmed = act(found, CONFIRM, at=C1_DUE + 2 * HOUR)

    assert shown(found, C1_DUE + HOUR)["C1"] is BREACHED
    assert (shown(confirmed, C1_DUE + 2 * HOUR)["C1"], said(clock(confirmed, "C1"))) == (
        MET,
        [ClockTag.SUPERSEDED_BREACH],
    )


def test_official_post_collected_after_the_due_second_does_not_undo_the_breach_by_itself() -> None:
    post = official_post(published_at=C1_DUE - MINUTE, collected_at=C1_DUE + MINUTE)

    change = place(flagged(post), [graded(Severity.MAJOR)], OFFICE, POLICY)

    assert evented(change) == [("breached", C1_DUE), ("release_proposed", C1_DUE + MINUTE)]
    assert shown(saved(change), C1_DUE + MINUTE)["C1"] is BREACHED


def test_release_of_another_matter_s_clock_that_is_already_met_changes_nothing() -> None:
    first = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    second = answered(first, at=NOON + 3 * HOUR, id_="r-2")

    assert (clock(second, "C1").met_at, clock(second, "C1").evidence) == (NOON + HOUR, "r-1")


def test_late_answer_never_becomes_in_time_when_an_earlier_release_is_signed_afterwards() -> None:
    late = answered(graded(Severity.MAJOR), at=C1_DUE + SECOND)

    signed = act(late, *answering(a_release(id="r-0", published_at=NOON + HOUR)), at=C1_DUE + HOUR)

    assert shown(signed, C1_DUE + HOUR)["C1"] is LATE


@pytest.mark.parametrize("kind", ConferenceKind)
def test_only_a_press_conference_meets_the_conference_s_clock(kind: ConferenceKind) -> None:
    step = RecordConference(conference=a_conference(kind=kind))

    incident = act(graded(Severity.MAJOR), step, at=NOON + 4 * HOUR)

    met = shown(incident, NOON + 4 * HOUR)["C2"] is MET
    assert met == (kind is ConferenceKind.PRESS_CONFERENCE)
    assert [each.kind for each in incident.conferences] == [kind]


def test_press_conference_without_speakers_meets_nothing() -> None:
    step = RecordConference(conference=a_conference(speakers=()))

    assert shown(act(graded(Severity.MAJOR), step, at=NOON + 4 * HOUR), NOON + 4 * HOUR)["C2"] is RUNNING


def test_press_conference_meets_neither_the_first_nor_the_third_clock() -> None:
    states = shown(conferred(opened()), NOON + 4 * HOUR)

    assert (states["C1"], states["C2"], states["C3"]) == (ClockState.PROVISIONAL, MET, ClockState.PROVISIONAL)


@pytest.mark.parametrize(("held", "state"), [(C2_DUE, MET), (C2_DUE + SECOND, LATE)])
def test_press_conference_is_in_time_in_the_due_second_and_late_one_second_later(
    held: datetime, state: ClockState
) -> None:
    assert shown(conferred(graded(Severity.MAJOR), at=held), held)["C2"] is state


def test_conference_not_held_yet_is_refused() -> None:
    step = RecordConference(conference=a_conference(held_at=NOON + HOUR + SECOND))

    assert "has not been held yet" in refused(opened(), step, at=NOON + HOUR)


def test_conference_is_recorded_once() -> None:
    step = RecordConference(conference=a_conference(held_at=NOON))

    assert "k-1 is already in the file" in refused(opened(), step, step)


@pytest.mark.parametrize(("record_hash", "tags"), [("beef", []), (None, [ClockTag.SELF_REPORTED])])
def test_conference_without_an_attached_record_is_self_reported(record_hash: str | None, tags: list[ClockTag]) -> None:
    step = RecordConference(conference=a_conference(record_hash=record_hash))

    assert said(clock(act(graded(Severity.MAJOR), step, at=NOON + 4 * HOUR), "C2")) == tags


def test_conference_s_line_says_whether_the_principal_spoke() -> None:
    step = RecordConference(conference=a_conference())

    change = apply(opened(), step, by=DUTY, now=NOON + 4 * HOUR, policy=POLICY)

    assert (change.events[0].facts["principal_spoke"], change.events[0].facts["speakers"]) == (True, 1)


def test_major_matter_owes_a_release_every_day_from_the_last_one() -> None:
    first = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    second = answered(first, at=NOON + 20 * HOUR, id_="r-2")

    assert (clock(first, "C4").due_at, clock(second, "C4#2").due_at) == (NOON + 25 * HOUR, NOON + 44 * HOUR)
    assert (shown(second, NOON + 21 * HOUR)["C4"], clock(second, "C4").met_at) == (MET, NOON + 20 * HOUR)


@pytest.mark.parametrize(("at", "state"), [(NOON + 25 * HOUR, MET), (NOON + 25 * HOUR + SECOND, LATE)])
def test_next_release_is_in_time_in_the_due_second_and_late_one_second_later(at: datetime, state: ClockState) -> None:
    first = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    assert shown(answered(first, at=at, id_="r-2"), at)["C4"] is state


@pytest.mark.parametrize("missing", Element)
def test_lesser_matter_owes_a_release_every_three_days_while_an_element_is_missing(missing: Element) -> None:
    incident = answered(graded(Severity.ORDINARY), at=NOON + HOUR, elements=FULL - {missing})

    assert clock(incident, "C4").due_at == NOON + 73 * HOUR


def test_lesser_matter_fully_answered_owes_nothing_more() -> None:
    assert "C4" not in keys(answered(graded(Severity.ORDINARY), elements=FULL))


def test_major_problem_keeps_releases_owed_until_it_is_answered() -> None:
    incident = answered(asked(graded(Severity.ORDINARY), DispositionClass.MAJOR_PROBLEM), elements=FULL)

    done = concluding(incident, at=NOON + 2 * HOUR)

    assert shown(incident, NOON + 2 * HOUR)["C4"] is RUNNING
    assert (shown(done, NOON + 2 * HOUR)["C4"], clock(done, "C4").void_reason) == (ClockState.VOID, "关切已全部回应")


def test_major_matter_owes_releases_even_when_everything_is_answered() -> None:
    incident = answered(asked(graded(Severity.MAJOR), DispositionClass.MAJOR_PROBLEM), elements=FULL)

    assert shown(concluding(incident, at=NOON + 2 * HOUR), NOON + 2 * HOUR)["C4"] is RUNNING


def test_other_question_keeps_no_release_owed() -> None:
    incident = asked(graded(Severity.ORDINARY), DispositionClass.PRACTICAL_DIFFICULTY)

    assert "C4" not in keys(answered(incident, elements=FULL))


def test_major_problem_found_later_makes_releases_owed_from_then_on() -> None:
    full = answered(graded(Severity.ORDINARY), at=NOON + HOUR, elements=FULL)

    later = asked(full, DispositionClass.MAJOR_PROBLEM, at=NOON + 200 * HOUR)

    assert clock(later, "C4").due_at == NOON + 272 * HOUR


def test_last_missing_element_ends_the_continuing_clock() -> None:
    partial = answered(graded(Severity.ORDINARY), at=NOON + HOUR, elements=FULL - {Element.OUTCOME})

    rest = act(
        partial,
        *answering(a_release(id="r-2", published_at=NOON + 5 * HOUR), elements=frozenset({Element.OUTCOME})),
        at=NOON + 5 * HOUR,
    )

    assert (shown(rest, NOON + 5 * HOUR)["C4"], "C4#2" in keys(rest)) == (MET, False)


def test_nothing_is_owed_further_before_the_first_release() -> None:
    assert "C4" not in keys(asked(graded(Severity.MAJOR), DispositionClass.MAJOR_PROBLEM))


def test_release_older_than_the_last_one_is_no_further_release() -> None:
    older = RecordRelease(release=a_release(id="r-0", published_at=NOON + 30 * MINUTE))

    incident = act(answered(graded(Severity.MAJOR), at=NOON + HOUR), older, at=NOON + 2 * HOUR)
    confirmed = act(incident, ConfirmRelease(release_id="r-0"), at=NOON + 3 * HOUR)

    assert clock(incident, "C4").awaiting is None
    assert shown(incident, NOON + 25 * HOUR + SECOND)["C4"] is BREACHED
    assert shown(confirmed, NOON + 25 * HOUR)["C4"] is ClockState.WARNING


def test_release_of_the_same_second_as_the_last_one_is_no_further_release() -> None:
    twin = a_release(id="r-2", published_at=NOON + HOUR)
    incident = answered(graded(Severity.MAJOR), at=NOON + HOUR)

    waiting_twin = act(incident, RecordRelease(release=twin), at=NOON + 2 * HOUR)
    signed = act(incident, *answering(twin), at=NOON + 2 * HOUR)

    assert clock(waiting_twin, "C4").awaiting is None
    assert (keys(signed)[-1], clock(signed, "C4").open) == ("C4", True)


def test_two_people_are_not_needed_to_answer_late() -> None:
    late = answered(watched(graded(Severity.MAJOR), C1_DUE + HOUR), at=C1_DUE + HOUR)

    assert shown(late, C1_DUE + HOUR)["C1"] is LATE
    assert CHIEF not in {each.signed_by for each in late.releases}
