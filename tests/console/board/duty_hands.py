"""The further duties done through the board's forms: each form with what a person fills in, and what the page shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi.testclient import TestClient

from console.web.site import Site
from desk.accounts import Role
from tests.build import HOUR, MINUTE, NOON
from tests.console.board.hands import Filled, at, filled_in, read, stored
from tests.console.web.visitors import signed_in

RECORD = "云州市人民政府新闻办公室".encode()
_CLOCK = re.compile(r'class="clock-title">(?P<title>.*?)</span>\s*<span class="chip">(?P<word>.*?)<', re.DOTALL)
_ABOUT = re.compile(r"<[^>]+>")


def local(moment: timedelta) -> str:
    """A time as the browser's field gives it, on the office's clock."""
    return (NOON + moment + 8 * HOUR).strftime("%Y-%m-%dT%H:%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One form filled in; `newest` names the field that says which record, by the list of the file it stands in."""

    slug: str
    fields: Filled
    newest: Mapping[str, str]
    record: bytes | None = None


def done(slug: str, *, record: bytes | None = None, newest: Mapping[str, str] | None = None, **fields: str) -> Done:
    """A form filled in with these fields."""
    return Done(slug=slug, fields=fields, newest=newest or {}, record=record)


def does_all(site: Site, number: str, *steps: Done) -> TestClient:
    """The browser of an officer who filled in these forms, one after the other; each was taken."""
    browser = signed_in(site, Role.OFFICER)
    for step in steps:
        answer = filled_in(browser, number, step.slug, chosen(site, number, step), record=step.record)
        assert answer.status_code == 303, read(answer)
    return browser


def chosen(site: Site, number: str, step: Done) -> Filled:
    """What is typed, with the newest record chosen where one has to be."""
    incident = stored(site, number)
    newest = {name: getattr(incident, records)[-1].id for name, records in step.newest.items()}
    return {**step.fields, **newest}


def clocks_shown(browser: TestClient, number: str) -> dict[str, str]:
    """How each time limit stands, as the incident's page says it."""
    found = _CLOCK.finditer(browser.get(at(number)).text)
    return {_ABOUT.sub(" ", each["title"]).strip(): each["word"] for each in found}


def state_shown(browser: TestClient, number: str, title: str) -> str:
    """How the last time limit of that title stands, as the incident's page says it; empty where none is shown."""
    shown = [word for named, word in clocks_shown(browser, number).items() if named.startswith(title)]
    return shown[-1] if shown else ""


QUESTION = {"question": "questions"}
ASSIGNMENT = {"assignment": "assignments"}
OBLIGATION = {"obligation": "obligations"}
JUST_NOW = local(-MINUTE)

ASSIGN = done("assign", department="市交通运输局", officer="王科长")
ACCEPT = done("accept", newest=ASSIGNMENT)
GIVE_BACK = done("return", newest=ASSIGNMENT, reason="不属于本部门职责")
VERIFY = done("verify", newest=ASSIGNMENT, finding="现场已封闭，无人员伤亡")
REPORT = done("report-up", kind="initial", to="市委总值班室", method="电话", at=JUST_NOW)
RECEIPT = done("record-receipt", newest={"report": "reports"}, receipt="收文〔2026〕1号", at=JUST_NOW)
DECIDE = done("decide-question", newest=QUESTION, at=JUST_NOW, outcome="予以采纳", document="云政办函〔2026〕5号")
FIND = done("find-unlawful", newest=QUESTION, at=JUST_NOW, ground="与官方数据不符，涉嫌违法")
HAND_OVER = done(
    "hand-over", newest=QUESTION, at=JUST_NOW, body="市公安局", document="移交函1号", legal_basis="应对法第七条"
)
ASK = done("ask", text="桥为什么会塌")
RELEASED = (
    done(
        "record-release",
        record=RECORD,
        channel="云州发布",
        kind="first",
        title="情况通报",
        published_at=JUST_NOW,
    ),
    Done(slug="confirm-release", fields={"elements": ["facts", "outcome"]}, newest={"release": "releases"}),
    done("answer-question", newest={**QUESTION, "release": "releases"}),
)
CONSULT = done("consult", newest=OBLIGATION, letter="征求意见函2号")
CONSULTED = done("consulted", newest=OBLIGATION)
FULFIL = done("fulfil", newest=OBLIGATION, at=JUST_NOW, address="云公开〔2026〕3号", record=RECORD)


def classed(disposition_class: str) -> tuple[Done, Done]:
    """A question asked and classed."""
    return ASK, Done(slug="class-question", fields={"class": disposition_class}, newest=QUESTION)


def oblige(kind: str, since: str = JUST_NOW) -> Done:
    """A paper taken into the file."""
    return done("oblige", kind=kind, title="防汛工作通知", reference="云政发〔2026〕8号", since=since)
