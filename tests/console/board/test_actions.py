from datetime import timedelta
from hashlib import sha256

import pytest

from console.web.action_forms import all_forms
from console.web.site import Site
from desk.accounts import Role
from desk.clock import ClockState, state_at
from desk.incident import DispositionClass, Incident, Severity, State
from desk.moments import Precision
from desk.post import AnswerKind
from desk.release import ConferenceKind, Element, ReleaseKind, Signature, Speaker
from tests.build import HOUR, MINUTE, NOON
from tests.console.board.hands import at, filled_in, read, stored
from tests.console.board.scene import Filed
from tests.console.web.visitors import signed_in
from tests.desk.scene import clock

RECORD = "云州市人民政府新闻办公室 情况通报".encode()


def local(moment: timedelta) -> str:
    """A time as the browser's field gives it, on the office's clock."""
    return (NOON + moment + 8 * HOUR).strftime("%Y-%m-%dT%H:%M")


def did(morning: tuple[Site, Filed], number: str, slug: str, fields: dict[str, str | list[str]]) -> Incident:
    """The incident after an officer filled the form in and was taken back to its page."""
    site, _ = morning
    answer = filled_in(signed_in(site, Role.OFFICER), number, slug, fields)
    assert answer.status_code == 303, read(answer)
    return stored(site, number)


def test_acknowledging_takes_two_taps_after_sign_in(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)

    page = browser.get(at(filed.suspected, "acknowledge"))
    answer = filled_in(browser, filed.suspected, "acknowledge")

    assert page.text.count('<button type="submit">') == 1
    assert answer.headers["location"] == f"{at(filed.suspected)}?done=acknowledge"
    assert stored(site, filed.suspected).acknowledged_by == "officer"
    assert "已完成：认领。" in read(browser.get(answer.headers["location"]))


def test_confirming_begins_the_judging(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    assert did(morning, filed.suspected, "confirm", {}).state is State.JUDGING


def test_grading_is_signed_with_its_ground(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    incident = did(morning, filed.suspected, "grade", {"severity": "major", "basis": "应急局初步核实"})

    (grade,) = incident.grades
    assert (grade.severity, grade.basis, grade.by) == (Severity.MAJOR, "应急局初步核实", "officer")
    assert clock(incident, "C1").binding


def test_the_kind_of_answer_is_signed(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    incident = did(morning, filed.suspected, "sign-answer-kind", {"kind": "public_interest"})

    assert incident.answer_kind is AnswerKind.PUBLIC_INTEREST


def test_declining_an_answer_keeps_its_reason(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    incident = did(morning, filed.suspected, "decline-answer", {"reason": "医院已当面答复"})

    assert incident.no_answer_reason == "医院已当面答复"
    assert state_at(clock(incident, "C3"), NOON) is ClockState.VOID


def test_a_time_typed_is_the_office_s_own(morning: tuple[Site, Filed]) -> None:
    _, filed = morning
    fields: dict[str, str | list[str]] = {
        "basis": "occurred",
        "at": local(-HOUR),
        "precision": "minute",
        "source": "12345 工单",
    }

    occurred = did(morning, filed.suspected, "record-time", fields).times.occurred

    assert occurred is not None
    assert (occurred.at, occurred.precision, occurred.source) == (NOON - HOUR, Precision.MINUTE, "12345 工单")


@pytest.mark.parametrize(
    ("slug", "to", "state"),
    [
        ("dismiss", "", State.DISMISSED),
        ("transfer", "临江市新闻办", State.TRANSFERRED),
        ("redirect", "12345", State.REDIRECTED),
        ("merge", "云州-2026-0002", State.MERGED),
    ],
)
def test_an_incident_leaves_by_each_way_with_its_reason(
    morning: tuple[Site, Filed], slug: str, to: str, state: State
) -> None:
    site, filed = morning

    incident = did(morning, filed.suspected, slug, {"to": to, "reason": "同一件事"})

    last = site.desks[""].parts.incidents.timeline(incident.id)[-1].event
    assert incident.state is state
    assert (last.kind, last.text, last.facts.get("to") or "") == (slug, "同一件事", to)


def test_what_left_may_be_opened_again(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    assert did(morning, filed.dismissed, "reopen", {"reason": "又有人反映"}).state is State.REOPENED


def test_a_release_is_recorded_with_its_file_kept_by_its_hash(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    fields = {"channel": "云州发布", "kind": "first", "title": "情况通报", "published_at": local(-MINUTE)}

    answer = filled_in(signed_in(site, Role.OFFICER), filed.close, "record-release", fields, record=RECORD)

    (release,) = stored(site, filed.close).releases
    digest = sha256(RECORD).hexdigest()
    assert answer.status_code == 303
    assert (release.kind, release.channel, release.title) == (ReleaseKind.FIRST, "云州发布", "情况通报")
    assert (release.published_at, release.entered_by, release.capture) == (NOON - MINUTE, "officer", digest)
    assert release.self_reported
    assert (site.desks[""].folder.archive / "records" / digest).read_bytes() == RECORD


def test_confirming_a_release_meets_the_clock_at_the_release_s_own_time(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    incident = did(morning, filed.waiting, "confirm-release", {"release": "r-1", "elements": ["facts", "stance"]})

    (release,) = incident.releases
    assert release.elements == {Element.FACTS, Element.STANCE}
    assert state_at(clock(incident, "C1"), NOON) is ClockState.MET
    assert clock(incident, "C1").met_at == release.published_at


def test_rejecting_a_release_lets_the_breach_stand(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    incident = did(morning, filed.waiting, "reject-release", {"release": "r-1", "reason": "说的是另一座桥"})

    assert incident.releases[0].signature is Signature.REJECTED
    assert state_at(clock(incident, "C1"), NOON) is ClockState.BREACHED


def test_a_press_conference_meets_the_clock_with_its_speakers_by_role(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    fields = {
        "kind": "press_conference",
        "held_at": local(-30 * MINUTE),
        "speakers": ["市应急管理局局长", "", "市长", ""],
        "speakers_marked": ["2"],
        "address": "https://media.example/live/7",
    }

    answer = filled_in(signed_in(site, Role.OFFICER), filed.close, "record-conference", fields)

    incident = stored(site, filed.close)
    (held,) = incident.conferences
    assert answer.status_code == 303
    assert held.kind is ConferenceKind.PRESS_CONFERENCE
    assert held.speakers == (
        Speaker(role="市应急管理局局长", is_principal=False),
        Speaker(role="市长", is_principal=True),
    )
    assert held.self_reported
    assert state_at(clock(incident, "C2"), NOON) is ClockState.MET


def test_a_consultation_is_recorded_by_bodies_and_roles(morning: tuple[Site, Filed]) -> None:
    _, filed = morning
    fields: dict[str, str | list[str]] = {
        "held_at": local(-HOUR),
        "bodies": "市应急管理局、市卫生健康委\r\n市委网信办",
        "attendees": "分管负责人",
        "conclusion": "两小时内首发",
    }

    (held,) = did(morning, filed.suspected, "record-consultation", fields).consultations

    assert held.bodies == ("市应急管理局", "市卫生健康委", "市委网信办")
    assert (held.attendees, held.conclusion, held.entered_by) == (("分管负责人",), "两小时内首发", "officer")


def test_a_question_is_asked_classed_and_marked_as_answered(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    asked = did(morning, filed.answered, "ask", {"text": "何时恢复供餐"})
    new = asked.questions[-1].id
    did(morning, filed.answered, "class-question", {"question": new, "class": "major_problem"})
    incident = did(morning, filed.answered, "answer-question", {"question": new, "release": "r-1"})

    question = incident.questions[-1]
    assert (question.text, question.disposition_class) == ("何时恢复供餐", DispositionClass.MAJOR_PROBLEM)
    assert question.answered_by == ("r-1",)


def test_an_answered_incident_is_concluded(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    did(morning, filed.answered, "answer-question", {"question": "q-1", "release": "r-1"})
    incident = did(morning, filed.answered, "conclude", {})

    assert incident.state is State.CONCLUDED


def test_continuing_releases_are_paused_on_a_record_and_resumed(morning: tuple[Site, Filed]) -> None:
    _, filed = morning

    paused = did(morning, filed.answered, "pause-continuing", {"record": "省调查组函〔2026〕3号"})
    resumed = did(morning, filed.answered, "resume-continuing", {})

    assert clock(paused, "C4").pause_ground == "省调查组函〔2026〕3号"
    assert clock(resumed, "C4").paused_at is None


@pytest.mark.parametrize("slug", sorted(all_forms()))
def test_every_form_opens_for_an_officer_whatever_the_incident_s_state(morning: tuple[Site, Filed], slug: str) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)

    pages = [browser.get(at(number, slug)) for number in (filed.suspected, filed.answered, filed.dismissed)]

    assert [page.status_code for page in pages] == [200, 200, 200]


def test_every_form_offered_on_a_page_says_what_it_does(morning: tuple[Site, Filed]) -> None:
    for form in all_forms().values():
        assert form.says.endswith("。")
        assert form.button
