import pytest

from console.web.site import Site
from desk.accounts import Role
from desk.incident import Severity
from desk.steps import GradeSeverity
from tests.build import HOUR, NOON
from tests.console.board.hands import at, filled_in, hidden_on, read, sent, stored
from tests.console.board.scene import Filed, does, opened
from tests.console.web.visitors import PASSWORD, a_browser, sign_in, signed_in

SECOND = {"second_name": "director", "second_password": PASSWORD}
RELEASE = {"channel": "云州发布", "kind": "first", "title": "情况通报", "published_at": "2026-06-03T19:30"}


def test_past_a_deadline_leaving_takes_a_second_person(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    reason = {"reason": "经核实不属实"}

    asked = browser.get(at(filed.overdue, "decline-answer"))
    alone = filled_in(browser, filed.overdue, "decline-answer", reason)
    both = filled_in(browser, filed.overdue, "decline-answer", {**reason, **SECOND})

    assert "第二人签字" in read(asked)
    assert alone.status_code == 409
    assert "需要两人签字并写明理由" in read(alone)
    assert both.status_code == 303
    last = site.desks[""].parts.incidents.timeline(stored(site, filed.overdue).id)[-1].event
    assert (last.by, last.facts["second"]) == ("officer", "director")


def test_before_any_deadline_one_person_is_enough_and_no_second_is_asked_for(morning: tuple[Site, Filed]) -> None:
    site, filed = morning

    page = signed_in(site, Role.OFFICER).get(at(filed.suspected, "dismiss"))

    assert "第二人签字" not in read(page)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"second_name": "director", "second_password": "错的密码错的"}, "第二人的登录名或密码不正确"),
        ({"second_name": "nobody", "second_password": PASSWORD}, "第二人的登录名或密码不正确"),
        ({"second_name": "officer", "second_password": PASSWORD}, "第二人须是另一个人"),
        ({"second_name": "viewer", "second_password": PASSWORD}, "这个账号不能签字"),
    ],
)
def test_a_second_person_must_be_another_one_with_their_own_password(
    morning: tuple[Site, Filed], second: dict[str, str], words: str
) -> None:
    site, filed = morning
    before = stored(site, filed.overdue)

    page = filled_in(
        signed_in(site, Role.OFFICER), filed.overdue, "decline-answer", {"reason": "经核实不属实", **second}
    )

    assert page.status_code == 422
    assert words in read(page)
    assert second["second_password"] not in page.text
    assert stored(site, filed.overdue) == before


def test_guessing_the_second_password_slows_that_name_s_sign_in_as_well(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    wrong = {"reason": "经核实不属实", "second_name": "director", "second_password": "错的密码错的"}

    pages = [filled_in(browser, filed.overdue, "decline-answer", wrong) for _ in range(6)]

    assert "尝试次数过多" in read(pages[-1])
    assert sign_in(a_browser(site), "director").status_code == 429


def test_down_grading_past_a_deadline_asks_for_the_second_person_in_place(morning: tuple[Site, Filed]) -> None:
    site, _ = morning
    number = opened(site, NOON - 30 * HOUR, "北站广场踩踏，多人受伤", ("北站", "踩踏"))
    does(site, number, NOON - 29 * HOUR, GradeSeverity(severity=Severity.MAJOR, basis="伤亡人数"))
    browser, lower = signed_in(site, Role.OFFICER), {"severity": "ordinary", "basis": "重新核实伤亡"}

    alone = filled_in(browser, number, "grade", lower)
    both = sent(browser, number, "grade", hidden_on(alone), {**lower, **SECOND})

    assert "第二人登录名" in read(alone)
    assert "重新核实伤亡</textarea>" in alone.text
    assert both.status_code == 303
    assert stored(site, number).severity is Severity.ORDINARY
