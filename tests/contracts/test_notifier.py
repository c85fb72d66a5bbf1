"""The contract of every notifier: delivered or raised, and a repeat is told by its key."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.clock import ManualClock
from backends.local_receiver import LocalReceiver
from backends.notify_memory import MemoryNotifier
from desk.change import Notice
from desk.errors import NotifyError
from desk.ports import Notifier
from tests.build import NOON
from tests.build_incidents import a_notice

SECRET = "correct-horse-battery"


class Line:
    """A notifier, what its receiver got, and how to cut it."""

    def __init__(self, notifier: Notifier, received: Callable[[], list[Notice]], cut: Callable[[], None]) -> None:
        self.notify = notifier.notify
        self.received = received
        self.cut = cut


def memory_line(_: Path) -> Iterator[Line]:
    notifier = MemoryNotifier()

    def cut() -> None:
        notifier.failure = NotifyError("nobody listens")

    yield Line(notifier, notifier.received, cut)


def webhook_line(folder: Path) -> Iterator[Line]:
    receiver = LocalReceiver(folder, SECRET)
    with receiver:
        notifier = receiver.notifier(ManualClock(NOON))
        yield Line(
            notifier,
            lambda: [received.notice for received in receiver.received()],
            lambda: receiver.__exit__(None, None, None),
        )
        notifier.close()


@pytest.fixture(params=[memory_line, webhook_line], ids=["memory", "webhook"])
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    yield from request.param(tmp_path)


def test_a_notice_arrives_as_it_was(line: Line) -> None:
    notice = a_notice(title="请认领：青石桥垮塌", text="首次权威发布\n还剩 2 小时 30 分。")

    line.notify(notice)

    assert line.received() == [notice]


def test_notices_arrive_in_the_order_they_were_sent(line: Line) -> None:
    notices = [a_notice(key=f"i-1·C1·{rung}·王值班·1") for rung in range(5)]

    for notice in notices:
        line.notify(notice)

    assert line.received() == notices


def test_a_notice_sent_again_is_received_once(line: Line) -> None:
    first, second = a_notice(key="i-1·C1·1·p-duty·1"), a_notice(key="i-1·C1·1·p-duty·2")

    line.notify(first)
    line.notify(second)
    line.notify(first)

    assert line.received() == [first, second]


def test_a_cut_line_raises_and_nothing_arrives(line: Line) -> None:
    line.notify(a_notice(key="before"))
    line.cut()

    with pytest.raises(NotifyError) as failure:
        line.notify(a_notice(key="after"))

    assert not failure.value.permanent
    assert [notice.key for notice in line.received()] == ["before"]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_a_key_of_any_characters_gets_through(key: str, line: Line) -> None:
    line.notify(a_notice(key=key))

    assert key in {notice.key for notice in line.received()}
