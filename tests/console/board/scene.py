"""The open incidents of a busy morning in 云州市, one for each way an incident can press, filed in real stores."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from console.web.site import Site
from desk.apply import apply
from desk.change import Delivery
from desk.incident import Consultation, DispositionClass, PublicQuestion, Severity
from desk.lifecycle import Action
from desk.office import Office
from desk.people import Person
from desk.placing import place
from desk.post import AnswerKind, Outcome, Place, ScreenedPost
from desk.release import Element
from desk.source import Cursor
from desk.steps import (
    Acknowledge,
    Ask,
    ClassQuestion,
    Confirm,
    ConfirmRelease,
    GradeSeverity,
    Leave,
    RecordConference,
    RecordConsultation,
    RecordRelease,
    SignAnswerKind,
    Step,
)
from desk.travel import FlaggedPost
from desk.watching import watch
from tests.build import HOUR, MINUTE, a_post, a_verdict
from tests.desk.scene import a_conference, a_release

OFFICE_TOML = 'office_name = "云州市人民政府新闻办公室"\noffice_prefix = "云州"\njurisdiction = ["990100"]\n'
CHANNEL_TOML = 'smtp_host = "mail.yunzhou.example"\nsmtp_from = "desk@yunzhou.example"\n'
SOURCES_TOML = """
contact = "mailto:desk@yunzhou.example"

[[source]]
key = "yunzhou-forum"
kind = "feed"
address = "https://forum.yunzhou.example/feed.xml"
lawful_basis = "公开论坛，站点提供订阅"
schedule = 300
delay = 2
jurisdiction = "990100"

[[source]]
key = "yunzhou-fabu"
kind = "feed"
address = "https://www.yunzhou.example/news.xml"
lawful_basis = "本单位网站"
schedule = 300
delay = 2
official = true
channel = "云州发布"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The numbers of the incidents, by how they press."""

    waiting: str
    close: str
    overdue: str
    suspected: str
    answered: str
    dismissed: str


def configured(data: Path) -> Path:
    """The data folder of an office that has set everything the desk needs."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "huiying.toml").write_text(OFFICE_TOML + CHANNEL_TOML, encoding="utf-8")
    (data / "sources.toml").write_text(SOURCES_TOML, encoding="utf-8")
    return data


def fill(site: Site, now: datetime) -> Filed:
    """Files the morning: everything as it stands at `now`."""
    desk = site.desks[""]
    desk.people.save_person(Person(id="p-duty", name="值班一", role="值班员"))
    desk.parts.sources.save_cursor(Cursor(source="yunzhou-forum", last_seen_at=now - 3 * MINUTE))
    desk.parts.sources.open_gap("yunzhou-fabu", now - 2 * HOUR, "timed_out")
    filed = Filed(
        waiting=_waiting(site, now),
        close=_close(site, now),
        overdue=_overdue(site, now),
        suspected=opened(site, now - 20 * MINUTE, "云州市人民医院停电，手术照常吗", ("人民医院", "停电")),
        answered=_answered(site, now),
        dismissed=_dismissed(site, now),
    )
    _unplaced(site, now)
    watched(site, now)
    return filed


def opened(site: Site, at: datetime, title: str, terms: tuple[str, ...]) -> str:
    """An incident opened by one post of that time."""
    post = a_post(
        title=title,
        text=f"{title}。现场有人拍了照片，大家都在问。",
        published_at=at - 10 * MINUTE,
        collected_at=at,
        address=f"https://forum.yunzhou.example/t/{int(at.timestamp())}",
    )
    verdict = a_verdict(terms=terms)
    desk = site.desks[""]
    change = place(FlaggedPost(post=post, verdict=verdict), (), _office(site), desk.parts.policy)
    assert change.incident is not None
    desk.parts.posts.put([ScreenedPost(post=post, verdict=verdict, outcome=Outcome.PASSED_ON)])
    desk.parts.incidents.save([change])
    return desk.parts.incidents.get(change.incident.id).number or ""


def does(site: Site, ref: str, at: datetime, *steps: Step, by: str = "李值班") -> None:
    """What a person did to an incident at that time."""
    incidents = site.desks[""].parts.incidents
    for step in steps:
        policy = site.desks[""].parts.policy
        incidents.save([apply(incidents.get(ref), step, by=by, now=at, policy=policy, second="王主任")])


def watched(site: Site, now: datetime) -> None:
    """A look at the time, as the watch takes it; the notices it owes are sent."""
    parts = site.desks[""].parts
    for incident in parts.incidents.due(now, limit=100):
        change = watch(incident, now, parts.office, parts.policy)
        parts.incidents.save([change] if change else [])
    owed = parts.incidents.claim(now, lease=MINUTE, limit=100)
    parts.incidents.settle([Delivery(key=notice.key, attempted_at=now, sent_at=now) for notice in owed])


def _office(site: Site) -> Office:
    return replace(site.desks[""].parts.office, jurisdiction=("990100",))


def _major(at: datetime) -> tuple[Step, ...]:
    del at
    return (
        Acknowledge(),
        Confirm(),
        GradeSeverity(severity=Severity.MAJOR, basis="应急部门初步核实重伤五十二人"),
        SignAnswerKind(kind=AnswerKind.EMERGENCY),
    )


def _waiting(site: Site, now: datetime) -> str:
    start = now - 5 * HOUR - 10 * MINUTE
    ref = opened(site, start, "清河桥垮塌，有车掉进河里", ("清河桥", "垮塌"))
    does(site, ref, start + 5 * MINUTE, *_major(start))
    release = a_release(id="r-1", published_at=start + 4 * HOUR, title="关于清河桥情况的通报")
    does(site, ref, start + 4 * HOUR, RecordRelease(release=release))
    return ref


def _close(site: Site, now: datetime) -> str:
    start = now - 4 * HOUR
    ref = opened(site, start, "东郊化工园区冒黑烟，气味刺鼻", ("化工园", "黑烟"))
    does(site, ref, start + 10 * MINUTE, *_major(start))
    question = PublicQuestion(id="q-1", text="烟有没有毒，附近居民要不要撤离")
    does(site, ref, start + HOUR, Ask(question=question))
    held = Consultation(
        id="h-1",
        held_at=start + HOUR,
        bodies=("市应急管理局", "市生态环境局"),
        attendees=("市应急管理局分管负责人",),
        conclusion="市应急管理局一小时内拟稿，云州发布首发",
        entered_at=start + HOUR,
        entered_by="",
    )
    does(site, ref, start + 2 * HOUR, RecordConsultation(consultation=held))
    return ref


def _overdue(site: Site, now: datetime) -> str:
    start = now - 50 * HOUR
    ref = opened(site, start, "云州西站地铁口积水，出行困难", ("西站", "积水"))
    does(
        site,
        ref,
        start + HOUR,
        Acknowledge(),
        Confirm(),
        GradeSeverity(severity=Severity.ORDINARY, basis="未达到较大以上标准"),
        SignAnswerKind(kind=AnswerKind.PUBLIC_INTEREST),
    )
    return ref


def _answered(site: Site, now: datetime) -> str:
    start = now - 7 * HOUR
    ref = opened(site, start, "南湖小学食堂多名学生腹痛", ("南湖小学", "腹痛"))
    does(site, ref, start + 20 * MINUTE, *_major(start), by="王主任")
    question = PublicQuestion(id="q-1", text="学生情况怎么样，食堂是否停用")
    does(site, ref, start + HOUR, Ask(question=question))
    does(
        site,
        ref,
        start + HOUR,
        ClassQuestion(question_id="q-1", disposition_class=DispositionClass.PRACTICAL_DIFFICULTY),
    )
    release = a_release(id="r-1", published_at=start + 3 * HOUR, title="关于南湖小学食堂情况的通报")
    does(site, ref, start + 3 * HOUR, RecordRelease(release=release))
    does(
        site,
        ref,
        start + 4 * HOUR,
        ConfirmRelease(release_id="r-1", elements=frozenset({Element.FACTS, Element.OUTCOME})),
    )
    does(site, ref, start + 6 * HOUR, RecordConference(conference=a_conference(held_at=start + 5 * HOUR)))
    return ref


def _dismissed(site: Site, now: datetime) -> str:
    ref = opened(site, now - 3 * HOUR, "网传云州大桥限行", ("云州大桥", "限行"))
    does(site, ref, now - 2 * HOUR, Leave(action=Action.DISMISS, reason="是去年的旧消息"))
    return ref


def _unplaced(site: Site, now: datetime) -> None:
    nowhere = a_verdict(places=(Place(name="城关镇", codes=("990103", "222222")),), terms=("城关镇",))
    post = a_post(title="城关镇的路塌了", text="城关镇的路塌了，谁来管。", collected_at=now, published_at=now - HOUR)
    desk = site.desks[""]
    desk.parts.posts.put([ScreenedPost(post=post, verdict=nowhere, outcome=Outcome.PASSED_ON)])
    desk.parts.incidents.save([place(FlaggedPost(post=post, verdict=nowhere), (), _office(site), desk.parts.policy)])
