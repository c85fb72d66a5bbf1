"""The desk's figures for Prometheus, read from its rows when asked: a restart or a redelivery changes none of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from console.health import beats
from console.web.site import OpenDesk
from desk.change import IncidentQuery, NoticeRow, NoticeState
from desk.clock import ClockState, state_at
from desk.incident import Incident
from desk.ports import IncidentStore
from desk.post import Outcome

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
        yield _clocks(parts.incidents, self._now)
        rows = parts.incidents.notices()
        yield _notices(rows)
        yield _dwell(rows)
        yield self._sweep_age()

    def _posts(self) -> Metric:
        # No counter, for old posts are pruned: falling would read as a restart.
        family = GaugeMetricFamily("posts_total", "Posts kept, by how they ended.", labels=["outcome"])
        counts = {**self._desk.parts.posts.counts().by_outcome, **self._desk.parts.incidents.outcomes()}
        for outcome in Outcome:
            family.add_metric([outcome.value], counts.get(outcome, 0))
        return family

    def _sweep_age(self) -> Metric:
        family = GaugeMetricFamily("sweep_age_seconds", "Seconds since the deadlines were last swept.")
        beat = beats(self._desk.folder).get("watch")
        if beat is not None:
            family.add_metric([], (self._now - beat.worked_at).total_seconds())
        return family


def _clocks(store: IncidentStore, now: datetime) -> Metric:
    family = GaugeMetricFamily("clocks", "Clocks of open incidents by what they show.", labels=["rule", "state"])
    shown = Counter(
        (clock.rule_id, state_at(clock, now)) for incident in _every_open(store) for clock in incident.clocks
    )
    for rule in sorted({rule for rule, _ in shown}):
        for state in ClockState:
            family.add_metric([rule, state.value], shown[rule, state])
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


def _every_open(store: IncidentStore) -> Iterator[Incident]:
    query = IncidentQuery(open_only=True, limit=_PAGE)
    while page := store.find(query):
        yield from page
        query = replace(query, after=(page[-1].opened_at, page[-1].id))
