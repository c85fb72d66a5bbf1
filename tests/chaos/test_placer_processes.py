"""Two placers of one desk as real processes: one works, one stands by, and whatever happens nothing is doubled."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

import pytest
from sqlalchemy import create_engine, text

from backends.clock import SystemClock, attempts
from backends.incidents_sql import SqlIncidentStore
from console.health import PartState, health_of
from desk.caselog import verify_office
from desk.change import IncidentQuery
from tests.build import SECOND
from tests.chaos.placers import AT_WORK, MADE_WAY, STANDING_BY, Office, flagged_posts, stop
from tests.engines import started
from tests.engines.own_names import own_prefix
from tests.incident_stores import SQL_KINDS, an_empty_database
from tests.journeys.running import seconds_until

pytestmark = pytest.mark.process

LONGEST_TAKE_OVER = 8.0
Placers = tuple["Popen[bytes]", "Popen[bytes]"]


@pytest.fixture(params=[*SQL_KINDS, pytest.param("engines", marks=pytest.mark.engine)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A desk on files, with PostgreSQL beside its local bus, or on PostgreSQL and Kafka."""
    with ExitStack() as stack:
        environ = {}
        if request.param != "sqlite":
            environ["HUIYING_DATABASE_URL"] = an_empty_database("postgresql", tmp_path)
        if request.param == "engines":
            environ["HUIYING_KAFKA_SERVERS"] = started.kafka()
            environ["HUIYING_ENGINE_PREFIX"] = stack.enter_context(own_prefix())
        yield Office(tmp_path, environ)


@pytest.fixture
def placers(office: Office) -> Iterator[Placers]:
    with both_at_work(office) as placers:
        yield placers


@contextmanager
def both_at_work(office: Office) -> Iterator[Placers]:
    """The one at work and the one that stands by."""
    active = office.start()
    seconds_until(lambda: office.last_said("place") == AT_WORK, at_most=30)
    standby = office.start()
    seconds_until(lambda: office.last_said("place-2") == STANDING_BY, at_most=30)
    try:
        yield active, standby
    finally:
        for process in (active, standby):
            process.kill()
            process.wait()


def in_its_saving(office: Office, placer: "Popen[bytes]") -> None:
    """Lets the placer stand still at a moment at which it holds a transaction open."""
    engine = create_engine(office.environ["HUIYING_DATABASE_URL"])
    clock = SystemClock()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in attempts(clock, 60 * SECOND):
            placer.send_signal(signal.SIGSTOP)
            clock.sleep(SECOND / 20)
            if connection.execute(text(_HOLDING)).scalar_one():
                break
            placer.send_signal(signal.SIGCONT)
    engine.dispose()


_HOLDING = """
    select count(*) from pg_locks join pg_stat_activity using (pid)
    where relation = 'office'::regclass and mode = 'RowShareLock' and state = 'idle in transaction'
"""


def nothing_doubled(office: Office, posts: int) -> None:
    with office.opened() as backends:
        store = backends.incidents
        incidents = store.find(IncidentQuery(limit=1_000))
        placed = [placement.post_id for incident in incidents for placement in store.posts(incident.id)]
        assert len(placed) == len(set(placed)) == posts
        assert len({incident.number for incident in incidents}) == len(incidents)
        assert isinstance(store, SqlIncidentStore)
        chains = {each.id: store.case_log(each.id) for each in incidents}
        assert verify_office(store.office_chain(), chains) is None


def test_standby_takes_over_from_a_killed_placer_within_eight_seconds(office: Office, placers: Placers) -> None:
    active, _ = placers
    office.flag(flagged_posts(40))
    seconds_until(lambda: office.placed(flagged_posts(40)) > 0, at_most=10)

    active.kill()
    office.flag(flagged_posts(10, first=40))

    seconds_until(lambda: office.placed(flagged_posts(50)) == 50, at_most=LONGEST_TAKE_OVER)
    nothing_doubled(office, 50)


def test_standby_takes_over_at_once_from_one_that_is_stopped(office: Office, placers: Placers) -> None:
    active, _ = placers

    ended = stop(active)

    seconds_until(lambda: office.last_said("place-2") == AT_WORK, at_most=2)
    assert ended == [0]


def test_standby_stops_cleanly_and_disturbs_nothing(office: Office, placers: Placers) -> None:
    active, standby = placers

    ended = stop(standby)
    office.flag(flagged_posts(5))

    seconds_until(lambda: office.placed(flagged_posts(5)) == 5, at_most=5)
    assert ended == [0]
    assert active.poll() is None
    assert office.events("place-2").count(STANDING_BY) == 1


def test_placer_that_stood_still_for_fifteen_seconds_makes_way_and_lives_on(office: Office, placers: Placers) -> None:
    old, new = placers
    old.send_signal(signal.SIGSTOP)
    office.flag(flagged_posts(40))
    seconds_until(lambda: office.placed(flagged_posts(40)) == 40, at_most=LONGEST_TAKE_OVER + 1)
    SystemClock().sleep(15 * SECOND)

    old.send_signal(signal.SIGCONT)

    seconds_until(lambda: office.last_said("place") == MADE_WAY, at_most=5)
    nothing_doubled(office, 40)
    new.kill()
    seconds_until(lambda: office.last_said("place") == AT_WORK, at_most=LONGEST_TAKE_OVER)
    assert old.poll() is None


@pytest.mark.engine
def test_placer_that_stood_still_in_the_middle_of_its_saving_holds_nobody_up(tmp_path: Path) -> None:
    office = Office(tmp_path, {"HUIYING_DATABASE_URL": an_empty_database("postgresql", tmp_path)})
    with both_at_work(office) as (old, _):
        office.flag(flagged_posts(2_000))
        in_its_saving(office, old)

        seconds_until(lambda: office.last_said("place-2") == AT_WORK, at_most=LONGEST_TAKE_OVER)

        seconds_until(lambda: office.placed(flagged_posts(2_000)) == 2_000, at_most=60)
        old.send_signal(signal.SIGCONT)
        seconds_until(lambda: office.last_said("place") == MADE_WAY, at_most=5)
        nothing_doubled(office, 2_000)


def test_placing_is_healthy_while_one_of_two_works(office: Office, placers: Placers) -> None:
    active, _ = placers

    active.kill()
    seconds_until(lambda: office.last_said("place-2") == AT_WORK, at_most=LONGEST_TAKE_OVER)

    assert health_of(office.folder, SystemClock().now())["place"].state is PartState.AT_WORK
