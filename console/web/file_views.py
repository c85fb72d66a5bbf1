"""An incident's file as its page shows it: posts, questions, answers and notices, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import urlsplit

from console.web.moments_text import exact_text, moment_text
from console.web.wording import (
    ANSWER_KINDS,
    CONFERENCE_KINDS,
    DISPOSITION_CLASSES,
    ELEMENTS,
    NOTICE_STATES,
    PRECISIONS,
    RELEASE_KINDS,
    SIGNATURES,
    SYSTEM_NAMES,
)
from console.words import OUTCOMES, reached_words
from desk.change import NoticeRow, Placement
from desk.incident import Incident, PublicQuestion
from desk.moments import EvidencedTime
from desk.post import ScreenedPost
from desk.release import Element, PressConference, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A public post: what was said, where and when; never by whom."""

    title: str
    text: str
    source: str
    published: str
    outcome: str
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list: when, what, by whom, and what is to be known of it."""

    at: str
    what: str
    by: str = ""
    notes: tuple[str, ...] = ()
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A public question with its class, whether it is answered, and what was decided or found about it."""

    text: str
    disposition_class: str
    answered: bool
    notes: tuple[str, ...] = ()


def post_view(screened: ScreenedPost, outcome: str, zone: tzinfo, now: datetime) -> PostView:
    """The post as a person may see it."""
    post = screened.post
    return PostView(
        title=post.title,
        text=post.text,
        source=post.source,
        published=moment_text(post.published_at, zone, now),
        outcome=outcome,
        address=web_address(post.address),
    )


def posts_of(
    placements: Sequence[Placement], posts: Mapping[str, ScreenedPost], zone: tzinfo, now: datetime
) -> tuple[PostView, ...]:
    """The posts of an incident, newest last as they joined; one whose retention ended says so."""
    return tuple(
        post_view(posts[each.post_id], OUTCOMES[each.outcome], zone, now)
        if each.post_id in posts
        else PostView(
            title="（原文已过保存期）",
            text="",
            source="",
            published=moment_text(each.placed_at, zone, now),
            outcome=OUTCOMES[each.outcome],
            address=None,
        )
        for each in placements
    )


def web_address(address: str | None) -> str | None:
    """The address where it is one a browser may be sent to: a link of any other scheme could run a script."""
    return address if address is not None and urlsplit(address).scheme in ("http", "https") else None


def question_views(incident: Incident, zone: tzinfo) -> tuple[QuestionView, ...]:
    """What the public asks, as taken into the file."""
    return tuple(
        QuestionView(
            text=each.text,
            disposition_class=DISPOSITION_CLASSES[each.disposition_class] if each.disposition_class else "未归类",
            answered=bool(each.answered_by),
            notes=_question_notes(each, zone),
        )
        for each in incident.questions
    )


def _question_notes(question: PublicQuestion, zone: tzinfo) -> tuple[str, ...]:
    notes, made, found = [], question.decision, question.finding
    if made is not None:
        notes.append(
            f"{exact_text(made.at, zone)} 采纳或解决情况：{made.outcome}（{made.document}，{made.entered_by} 登记）"
        )
    if found is not None:
        notes.append(f"{exact_text(found.at, zone)} 认定内容涉嫌违法：{found.ground}（{found.entered_by} 签字）")
    return tuple(notes)


def time_lines(incident: Incident, zone: tzinfo) -> tuple[Line, ...]:
    """The evidenced times clocks start from."""
    times = incident.times
    named = (
        ("事发", times.occurred),
        ("首次公开", times.first_public),
        ("知悉", times.aware),
        ("接报", times.reported),
    )
    return tuple(_time_line(name, time, zone) for name, time in named if time is not None)


def answer_lines(incident: Incident, zone: tzinfo) -> tuple[Line, ...]:
    """What the office said: releases, conferences and consultations, in their order of time."""
    found = [
        *((each.published_at, _release_line(each, zone)) for each in incident.releases),
        *((each.held_at, _conference_line(each, zone)) for each in incident.conferences),
        *(
            (
                each.held_at,
                Line(
                    at=exact_text(each.held_at, zone),
                    what="会商",
                    by=f"{each.entered_by} 登记",
                    notes=(
                        f"参加单位：{'、'.join(each.bodies)}",
                        f"参加人（职务）：{'、'.join(each.attendees)}",
                        each.conclusion,
                    ),
                ),
            )
            for each in incident.consultations
        ),
    ]
    return tuple(line for _, line in sorted(found, key=lambda pair: pair[0]))


def notice_lines(rows: Sequence[NoticeRow], zone: tzinfo) -> tuple[Line, ...]:
    """Who was told what, and whether it arrived; newest first."""
    return tuple(
        Line(
            at=exact_text(row.notice.owed_at, zone),
            what=row.notice.text,
            by=row.notice.person,
            notes=_delivery(row, zone),
        )
        for row in reversed(rows)
    )


def answer_words(incident: Incident) -> str:
    """Whether an answer is owed, as signed."""
    if incident.no_answer_reason is not None:
        return f"认定无需回应：{incident.no_answer_reason}"
    return ANSWER_KINDS[incident.answer_kind] if incident.answer_kind else "未认定"


def _time_line(name: str, time: EvidencedTime, zone: tzinfo) -> Line:
    precision = PRECISIONS[time.precision]
    # A post's id says nothing to people; that it was a post does.
    source = "公开信息" if time.source.startswith(_OF_A_POST) else time.source
    return Line(at=exact_text(time.at, zone), what=name, notes=(f"{precision}，依据：{source}",))


def _release_line(release: Release, zone: tzinfo) -> Line:
    elements = "、".join(ELEMENTS[each] for each in Element if each in release.elements) or "未注明"
    evidence = "有存证" if release.evidenced else "尚无存证"
    notes = [f"渠道：{release.channel}；要素：{elements}；{evidence}"]
    if release.self_reported:
        notes.append("发布时间为自报")
    return Line(
        at=exact_text(release.published_at, zone),
        what=f"{RELEASE_KINDS[release.kind]}（{SIGNATURES[release.signature]}）{release.title}",
        by=f"{release.signed_by} 签认" if release.signed_by else f"{named(release.entered_by)} 登记",
        notes=tuple(notes),
        address=web_address(release.address),
    )


def _conference_line(held: PressConference, zone: tzinfo) -> Line:
    speakers = "、".join(f"{each.role}{'（主要负责人）' if each.is_principal else ''}" for each in held.speakers)
    evidence = "有实录存证" if held.record_hash else "时间为自报，无实录存证"
    return Line(
        at=exact_text(held.held_at, zone),
        what=CONFERENCE_KINDS[held.kind],
        by=f"{held.entered_by} 登记",
        notes=(f"发布人：{speakers or '未填写'}；{evidence}",),
        address=web_address(held.record),
    )


def _delivery(row: NoticeRow, zone: tzinfo) -> tuple[str, ...]:
    said = NOTICE_STATES[row.state]
    if row.sent_at is not None:
        said = f"{said} {exact_text(row.sent_at, zone)}"
    notes = [said]
    if row.reached:
        notes.append(f"送达：{reached_words(row.reached)}")
    if row.attempts > 1:
        notes.append(f"共尝试 {row.attempts} 次")
    if row.last_error:
        notes.append(row.last_error)
    return tuple(notes)


def named(by: str) -> str:
    """Who wrote it, in words where it was no person."""
    return SYSTEM_NAMES.get(by, by)


_OF_A_POST = "post "
