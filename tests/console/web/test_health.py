from dataclasses import replace
from datetime import timedelta

import pytest

from backends.clock import ManualClock
from console.health import NEEDED, PATIENCE, Pulse
from console.web.site import Site
from console.web.watch_state import watch_warnings
from desk.release import Signature
from desk.travel import DEAD, FLAGGED, POSTS, Outgoing
from tests.build import MICROSECOND, SECOND, a_screened_post
from tests.build_incidents import A_FULL_INCIDENT, a_change, a_delivery, a_notice, an_incident
from tests.console.web.visitors import a_browser


def at_work(site: Site, *parts: str, trouble: str = "") -> None:
    for part in parts:
        Pulse(site.desks[""].folder, part, site.clock).worked(trouble)


def advance(site: Site, duration: timedelta) -> None:
    assert isinstance(site.clock, ManualClock)
    site.clock.advance(duration)


def measured(site: Site) -> dict[str, float]:
    lines = a_browser(site, client="127.0.0.1").get("/metrics").text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def test_desk_with_every_part_at_work_is_green(site: Site) -> None:
    at_work(site, *NEEDED)

    response = a_browser(site).get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"state": "green", "reasons": []}


def test_desk_where_nothing_runs_is_red_for_each_part(site: Site) -> None:
    response = a_browser(site).get("/healthz")

    assert response.status_code == 503
    assert [reason["code"] for reason in response.json()["reasons"]] == [
        "screen_never",
        "place_never",
        "watch_never",
        "notify_no_channel",
    ]


def test_desk_without_a_channel_is_red_and_names_the_step_that_mends_it(site: Site) -> None:
    at_work(site, "screen", "place", "watch")

    said = a_browser(site).get("/healthz").json()

    assert said == {
        "state": "red",
        "reasons": [
            {
                "code": "notify_no_channel",
                "text": "通知发送没有启动：还没有通知渠道，完成“设定通知渠道”并重启后转绿",
                "since": "",
            }
        ],
    }


def test_desk_with_a_channel_whose_sender_does_not_run_is_red_for_that(site: Site) -> None:
    at_work(site, "screen", "place", "watch")
    settings = replace(site.settings, smtp_host="mail.yunzhou.example", smtp_from="desk@yunzhou.example")

    said = a_browser(replace(site, settings=settings)).get("/healthz").json()

    assert [reason["code"] for reason in said["reasons"]] == ["notify_never"]


def test_watch_that_fell_silent_is_red_and_says_since_when(site: Site) -> None:
    at_work(site, *NEEDED)

    advance(site, PATIENCE["watch"])
    in_time = a_browser(site).get("/healthz")
    advance(site, MICROSECOND)
    too_late = a_browser(site).get("/healthz").json()

    assert in_time.json()["state"] == "green"
    assert too_late["state"] == "red"
    assert too_late["reasons"][0] == {
        "code": "watch_silent",
        "text": "时限巡查没有动静",
        "since": "2026-06-03T12:00:00+00:00",
    }


@pytest.mark.parametrize("part", NEEDED)
def test_every_needed_part_that_fell_silent_is_told_in_chinese(site: Site, part: str) -> None:
    at_work(site, *NEEDED)
    settings = replace(site.settings, smtp_host="mail.yunzhou.example", smtp_from="desk@yunzhou.example")
    site = replace(site, settings=settings)
    advance(site, PATIENCE[part] + MICROSECOND)
    at_work(site, *(other for other in NEEDED if other != part))

    (reason,) = a_browser(site).get("/healthz").json()["reasons"]

    assert reason["code"] == f"{part}_silent"
    assert reason["text"].endswith("没有动静")
    assert reason["text"].removesuffix("没有动静").isascii() is False
    (told,) = watch_warnings(site, site.desks[""], site.clock.now())
    assert "没有在运行（自" in told


def test_part_that_is_hindered_is_red_without_telling_by_what(site: Site) -> None:
    at_work(site, *NEEDED)
    at_work(site, "notify", trouble="smtp.yunzhou.example refused the password")

    response = a_browser(site).get("/healthz")

    assert [reason["code"] for reason in response.json()["reasons"]] == ["notify_hindered"]
    assert "yunzhou" not in response.text


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}, 403),
        ("127.0.0.1", {"forwarded": "for=203.0.113.7"}, 403),
        ("testclient", {}, 403),
    ],
)
def test_metrics_are_for_this_machine_only(site: Site, client: str, headers: dict[str, str], status: int) -> None:
    assert a_browser(site, client=client).get("/metrics", headers=headers).status_code == status


def test_metrics_of_an_empty_desk_read_zero(site: Site) -> None:
    found = measured(site)

    assert found['posts_total{outcome="unplaced"}'] == 0
    assert found['notices{state="failed"}'] == 0
    assert found["notice_dwell_seconds_count"] == 0
    assert "sweep_age_seconds" not in found


def test_metrics_follow_the_rows(site: Site) -> None:
    parts = site.desks[""].parts
    parts.posts.put([a_screened_post()])
    parts.incidents.save([a_change(incident=an_incident(), notices=(a_notice(key="k-1"), a_notice(key="k-2")))])
    owed = a_notice().owed_at
    claimed = parts.incidents.claim(owed, lease=SECOND * 60, limit=1)
    sent_at = owed + 7 * SECOND
    parts.incidents.settle([a_delivery(key=claimed[0].key, attempted_at=sent_at, sent_at=sent_at, error=None)])
    at_work(site, "watch")
    advance(site, 5 * SECOND)

    found = measured(site)

    assert sum(count for name, count in found.items() if name.startswith("posts_total")) == 1
    assert (found['notices{state="sent"}'], found['notices{state="waiting"}']) == (1, 1)
    assert found['notice_dwell_seconds_bucket{le="5.0"}'] == 0
    assert found['notice_dwell_seconds_bucket{le="15.0"}'] == 1
    assert found["notice_dwell_seconds_sum"] == 7
    assert found["sweep_age_seconds"] == 5
    assert sum(count for name, count in found.items() if name.startswith("clocks")) == len(an_incident().clocks)


def test_quarantine_and_what_waits_on_the_bus_are_measured(site: Site) -> None:
    bus = site.desks[""].parts.bus
    bus.publish([Outgoing(topic=topic, key="k", value=b"v") for topic in (POSTS, POSTS, POSTS, FLAGGED, DEAD, DEAD)])
    bus.flush()
    with bus.subscribe(POSTS, group="screen") as screener, bus.subscribe(DEAD, group="quarantine") as replaying:
        for reader in (screener, replaying):
            reader.poll(limit=1, timeout=MICROSECOND)
            reader.commit()

        found = measured(site)

    assert found['bus_lag_records{group="screen",topic="posts"}'] == 2
    assert found['bus_lag_records{group="place",topic="flagged"}'] == 1
    assert found["posts_dead_total"] == 1


def test_a_page_that_was_not_captured_is_measured_until_evidence_is_there_or_it_is_rejected(site: Site) -> None:
    (typed,) = A_FULL_INCIDENT.releases
    found_bare = replace(typed, id="r-2", typed=False)
    releases = (
        typed,
        found_bare,
        replace(found_bare, id="r-3", capture="0" * 64),
        replace(found_bare, id="r-4", signature=Signature.REJECTED),
    )
    site.desks[""].parts.incidents.save([a_change(incident=replace(A_FULL_INCIDENT, releases=releases))])

    assert measured(site)["captures_failed_total"] == 1


def test_the_longest_wait_of_a_notice_nobody_delivers_is_measured(site: Site) -> None:
    notices = (a_notice(key="k-1"), a_notice(key="k-2", owed_at=a_notice().owed_at + 30 * SECOND))
    site.desks[""].parts.incidents.save([a_change(notices=notices)])
    before = measured(site)["notice_waiting_seconds"]

    advance(site, 90 * SECOND)

    assert (before, measured(site)["notice_waiting_seconds"]) == (0, 90)


def test_silent_parts_and_blind_sources_are_measured(site: Site) -> None:
    sources = site.desks[""].parts.sources
    at_work(site, "watch", "notify")
    sources.open_gap("yunzhou-ribao", site.clock.now(), "answered 503")
    sources.open_gap("yunzhou-fabu", site.clock.now(), "answered 503")
    sources.close_gap("yunzhou-fabu", site.clock.now())
    advance(site, 20 * SECOND)

    found = measured(site)

    assert (found['part_silence_seconds{part="notify"}'], found["sweep_age_seconds"]) == (20, 20)
    assert found["coverage_gaps"] == 1


def test_health_of_a_store_that_cannot_be_read_is_red(site: Site) -> None:
    at_work(site, *NEEDED)
    site.desks[""].parts.posts.close()

    response = a_browser(site).get("/healthz")

    assert [reason["code"] for reason in response.json()["reasons"]] == ["posts_unreadable"]
