"""The local receiver: signed notices only, each once, on the disk before it answers."""

import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from backends.clock import ManualClock
from backends.local_receiver import LocalReceiver
from backends.notify_webhook import WebhookNotifier, header_of_key, signature
from desk.errors import NotifyError, StoreError
from tests.build import MINUTE, NOON
from tests.build_incidents import a_notice

ROOT = Path(__file__).resolve().parents[2]
SECRET = "correct-horse-battery"
TIMESTAMP = str(int(NOON.timestamp()))
BODY = msgspec.json.encode(a_notice())
SIGNED = {
    "Idempotency-Key": header_of_key(a_notice().key),
    "Huiying-Timestamp": TIMESTAMP,
    "Huiying-Signature": signature(SECRET, TIMESTAMP, BODY),
}
LISTEN = """
import sys
from pathlib import Path
from backends.local_receiver import LocalReceiver
with LocalReceiver(Path(sys.argv[1]), sys.argv[2]) as receiver:
    print(receiver.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[LocalReceiver]:
    with LocalReceiver(tmp_path, SECRET) as receiver:
        yield receiver


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    return httpx.post(url, content=body, headers=headers, trust_env=False).status_code


def keys_of(receiver: LocalReceiver) -> list[str]:
    return [received.notice.key for received in receiver.received()]


@contextmanager
def room_for(length: int) -> Iterator[None]:
    """Lets no file grow beyond that many bytes: writes come back short, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_notice_is_kept_with_the_time_it_was_sent(receiver: LocalReceiver) -> None:
    clock = ManualClock(NOON)
    notifier = receiver.notifier(clock)

    notifier.notify(a_notice(key="first"))
    clock.advance(MINUTE)
    notifier.notify(a_notice(key="second"))

    assert [received.sent_at for received in receiver.received()] == [NOON, NOON + MINUTE]
    assert keys_of(receiver) == ["first", "second"]


def test_a_repeat_is_counted_and_changes_nothing(receiver: LocalReceiver, tmp_path: Path) -> None:
    notifier = receiver.notifier(ManualClock(NOON))
    notifier.notify(a_notice())
    before = (tmp_path / "received.jsonl").read_bytes()

    notifier.notify(a_notice())
    notifier.notify(a_notice())

    assert receiver.repeats == 2
    assert (tmp_path / "received.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Huiying-Signature", "v1=" + "0" * 64),
        ("Huiying-Signature", ""),
        ("Huiying-Signature", signature("another-secret-key", TIMESTAMP, BODY)),
        ("Huiying-Timestamp", str(int(TIMESTAMP) + 1)),
        ("Huiying-Timestamp", ""),
    ],
)
def test_what_is_not_signed_for_this_receiver_is_refused(header: str, value: str, receiver: LocalReceiver) -> None:
    status = post(receiver.url, BODY, {**SIGNED, header: value})

    assert status == 401
    assert receiver.received() == []


def test_a_changed_body_is_refused(receiver: LocalReceiver) -> None:
    status = post(receiver.url, BODY.replace(b"C3", b"C1"), SIGNED)

    assert status == 401
    assert receiver.received() == []


def test_a_key_that_is_not_the_notice_s_is_refused(receiver: LocalReceiver) -> None:
    status = post(receiver.url, BODY, {**SIGNED, "Idempotency-Key": "another"})

    assert status == 400
    assert receiver.received() == []


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff", b'{"key": "k"}'])
def test_a_signed_body_that_is_no_notice_is_refused(body: bytes, receiver: LocalReceiver) -> None:
    status = post(receiver.url, body, {**SIGNED, "Huiying-Signature": signature(SECRET, TIMESTAMP, body)})

    assert status == 400
    assert receiver.received() == []


def test_a_notifier_with_another_secret_fails_for_good(receiver: LocalReceiver) -> None:
    stranger = WebhookNotifier(receiver.url, "another-secret-key", clock=ManualClock(NOON), allow="loopback")

    with pytest.raises(NotifyError, match="answered 401") as failure:
        stranger.notify(a_notice())

    assert failure.value.permanent
    assert receiver.received() == []


def test_what_was_received_survives_a_restart(tmp_path: Path) -> None:
    with LocalReceiver(tmp_path, SECRET) as before:
        before.notifier(ManualClock(NOON)).notify(a_notice(key="青石桥·1"))

    with LocalReceiver(tmp_path, SECRET) as after:
        after.notifier(ManualClock(NOON)).notify(a_notice(key="青石桥·1"))
        after.notifier(ManualClock(NOON)).notify(a_notice(key="青石桥·2"))

    assert keys_of(after) == ["青石桥·1", "青石桥·2"]
    assert after.repeats == 1
    assert keys_of(LocalReceiver(tmp_path, SECRET)) == ["青石桥·1", "青石桥·2"]


def test_a_last_line_cut_anywhere_is_as_if_it_never_came(tmp_path: Path) -> None:
    with LocalReceiver(tmp_path / "whole", SECRET) as receiver:
        receiver.notifier(ManualClock(NOON)).notify(a_notice(key="first"))
        receiver.notifier(ManualClock(NOON)).notify(a_notice(key="second"))
    whole = (tmp_path / "whole" / "received.jsonl").read_bytes()
    end_of_first = whole.index(b"\n") + 1

    for cut in (*range(end_of_first, len(whole), 31), len(whole) - 1):
        folder = tmp_path / "cut"
        folder.mkdir()
        (folder / "received.jsonl").write_bytes(whole[:cut])
        with LocalReceiver(folder, SECRET) as receiver:
            assert keys_of(receiver) == ["first"]
        assert (folder / "received.jsonl").read_bytes() == whole[:end_of_first]
        shutil.rmtree(folder)


def test_a_notice_after_a_half_written_line_is_kept_whole(tmp_path: Path) -> None:
    with LocalReceiver(tmp_path, SECRET) as receiver:
        receiver.notifier(ManualClock(NOON)).notify(a_notice(key="first"))
    with (tmp_path / "received.jsonl").open("ab") as file:
        file.write(b'{"sent_at": "2026-')

    with LocalReceiver(tmp_path, SECRET) as receiver:
        receiver.notifier(ManualClock(NOON)).notify(a_notice(key="second"))

    assert keys_of(LocalReceiver(tmp_path, SECRET)) == ["first", "second"]


def test_a_whole_line_that_is_no_notice_is_told_and_kept(tmp_path: Path) -> None:
    (tmp_path / "received.jsonl").write_bytes(b'{"notice": 1}\n')

    with pytest.raises(StoreError, match=r"received\.jsonl, line 1, is no notice"):
        LocalReceiver(tmp_path, SECRET)

    assert (tmp_path / "received.jsonl").read_bytes() == b'{"notice": 1}\n'


@pytest.mark.process
def test_what_was_answered_for_survives_a_kill(tmp_path: Path) -> None:
    listener = subprocess.Popen(
        [sys.executable, "-c", LISTEN, str(tmp_path), SECRET], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert listener.stdout is not None
    status = post(listener.stdout.readline().decode().strip(), BODY, SIGNED)

    listener.kill()
    listener.communicate()

    assert status == 200
    assert keys_of(LocalReceiver(tmp_path, SECRET)) == [a_notice().key]


def test_a_full_disk_is_no_delivery_and_leaves_no_half_line(receiver: LocalReceiver, tmp_path: Path) -> None:
    file = tmp_path / "received.jsonl"
    notifier = receiver.notifier(ManualClock(NOON))
    notifier.notify(a_notice(key="first"))

    with room_for(file.stat().st_size + 100), pytest.raises(NotifyError, match="answered 507") as failure:
        notifier.notify(a_notice(key="second"))
    notifier.notify(a_notice(key="third"))

    assert not failure.value.permanent
    assert keys_of(receiver) == keys_of(LocalReceiver(tmp_path, SECRET)) == ["first", "third"]


def test_many_at_once_are_all_kept_once(receiver: LocalReceiver, tmp_path: Path) -> None:
    keys = [f"i-{number % 20}" for number in range(60)]
    notifier = receiver.notifier(ManualClock(NOON))
    senders = [threading.Thread(target=notifier.notify, args=(a_notice(key=key),)) for key in keys]

    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert sorted(keys_of(receiver)) == sorted(set(keys))
    assert receiver.repeats == 40
    assert sorted(keys_of(LocalReceiver(tmp_path, SECRET))) == sorted(set(keys))


def test_it_listens_on_this_machine_only(receiver: LocalReceiver) -> None:
    assert receiver.url.startswith("http://127.0.0.1:")


def test_there_is_no_address_outside_its_context(tmp_path: Path) -> None:
    receiver = LocalReceiver(tmp_path, SECRET)

    with pytest.raises(StoreError, match="not running"):
        receiver.notifier(ManualClock(NOON))


def test_a_folder_that_cannot_be_used_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "spool").touch()

    with (
        pytest.raises(StoreError, match=r"cannot (read|write) .*received\.jsonl: "),
        LocalReceiver(tmp_path / "spool", SECRET),
    ):
        pass
