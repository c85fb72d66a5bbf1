"""The desk's figures for Prometheus, read from its rows when asked: a restart or a redelivery changes none of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from console.health import beats
from console.quarantine_command import GROUP as QUARANTINE_GROUP
from console.web.site import OpenDesk
from desk.change import IncidentQuery, NoticeRow, NoticeState
from desk.clock import ClockState, state_at
from desk.incident import Incident
from desk.ports import Bus, IncidentStore, SourceStore
from desk.post import Outcome
from desk.release import Signature
from desk.travel import DEAD, FLAGGED, POSTS
from pipelines import placer, screen

_READERS = ((POSTS, screen.GROUP), (FLAGGED, placer.GROUP))
_OWED = (NoticeState.WAITING, NoticeState.LEASED)
_PAGE = 500
_DWELL_BOUNDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)


class DeskMeasures(Collector):
    """The figures of one desk at one moment; what each means to the person on duty stands in docs/operations.md."""

    def __init__(self, desk: OpenDesk, now: datetime) -> None:
        self._desk = desk
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Every figure, each kind with all its labels, so that what never happened reads zero."""
        parts = self._desk.parts
        yield self._posts()
        yield _dead(parts.bus)
        yield _lag(parts.bus)
        still_open = list(_every_open(parts.incidents))
        yield _clocks(still_open, self._now)
        yield _uncaptured(still_open)
        rows = parts.incidents.notices()
        yield _notices(rows)
        yield _dwell(rows)
        yield _longest_waiting(rows, self._now)
        yield _gaps(parts.sources, self._now)
        yield from self._silences()

    def _posts(self) -> Metric:
        # No counter, for old posts are pruned: falling would read as a restart.
        family = GaugeMetricFamily("posts_total", "Posts kept, by how they ended.", labels=["outcome"])
        counts = {**self._desk.parts.posts.counts().by_outcome, **self._desk.parts.incidents.outcomes()}
        for outcome in Outcome:
            family.add_metric([outcome.value], counts.get(outcome, 0))
        return family

    def _silences(self) -> Iterator[Metric]:
        sweep = GaugeMetricFamily("sweep_age_seconds", "Seconds since the deadlines were last swept.")
        silence = GaugeMetricFamily(
            "part_silence_seconds", "Seconds since a part last said that it works.", labels=["part"]
        )
        for part, beat in beats(self._desk.folder).items():
            silent = (self._now - beat.worked_at).total_seconds()
            silence.add_metric([part], silent)
            if part == "watch":
                sweep.add_metric([], silent)
        yield from (sweep, silence)


def _dead(bus: Bus) -> Metric:
    family = GaugeMetricFamily("posts_dead_total", "Records in quarantine that have not been replayed.")
    family.add_metric([], bus.lag(DEAD, group=QUARANTINE_GROUP))
    return family


def _lag(bus: Bus) -> Metric:
    family = GaugeMetricFamily("bus_lag_records", "Records waiting for their reader.", labels=["topic", "group"])
    for topic, group in _READERS:
        family.add_metric([topic, group], bus.lag(topic, group=group))
    return family


def _clocks(still_open: Iterable[Incident], now: datetime) -> Metric:
    family = GaugeMetricFamily("clocks", "Clocks of open incidents by what they show.", labels=["rule", "state"])
    shown = Counter((clock.rule_id, state_at(clock, now)) for incident in still_open for clock in incident.clocks)
    for rule in sorted({rule for rule, _ in shown}):
        for state in ClockState:
            family.add_metric([rule, state.value], shown[rule, state])
    return family


def _uncaptured(still_open: Iterable[Incident]) -> Metric:
    # No counter: evidence attached later mends it.
    family = GaugeMetricFamily("captures_failed_total", "Releases found on a channel whose page was not captured.")
    found = [release for incident in still_open for release in incident.releases if not release.typed]
    missing = [each for each in found if not each.evidenced and each.signature is not Signature.REJECTED]
    family.add_metric([], len(missing))
    return family


def _notices(rows: Iterable[NoticeRow]) -> Metric:
    family = GaugeMetricFamily("notices", "Notices by where they stand.", labels=["state"])
    stand = Counter(row.state for row in rows)
    for state in NoticeState:
        family.add_metric([state.value], stand[state])
    return family


def _dwell(rows: Iterable[NoticeRow]) -> Metric:
    name, says = "notice_dwell_seconds", "Seconds from when a notice was owed to its delivery."
    waited = [(row.sent_at - row.notice.owed_at).total_seconds() for row in rows if row.sent_at is not None]
    buckets = [(str(bound), float(sum(each <= bound for each in waited))) for bound in _DWELL_BOUNDS]
    family = HistogramMetricFamily(name, says)
    family.add_metric([], [*buckets, ("+Inf", float(len(waited)))], sum(waited))
    return family


def _longest_waiting(rows: Iterable[NoticeRow], now: datetime) -> Metric:
    family = GaugeMetricFamily("notice_waiting_seconds", "Seconds the longest owed notice has waited undelivered.")
    waited = [(now - row.notice.owed_at).total_seconds() for row in rows if row.state in _OWED]
    family.add_metric([], max([0.0, *waited]))
    return family


def _gaps(sources: SourceStore, now: datetime) -> Metric:
    family = GaugeMetricFamily("coverage_gaps", "Sources that cannot be seen just now.")
    family.add_metric([], sum(1 for gap in sources.gaps(now, now) if gap.until is None))
    return family


def _every_open(store: IncidentStore) -> Iterator[Incident]:
    query = IncidentQuery(open_only=True, limit=_PAGE)
    while page := store.find(query):
        yield from page
        query = replace(query, after=(page[-1].opened_at, page[-1].id))
