"""Somebody who sits before the open board of a running desk: a browser's request, and what its stream says when."""

import threading
from types import TracebackType
from typing import Self

import httpx
import msgspec

from backends.clock import Stopwatch, SystemClock
from backends.passwords import Passwords, one_time_password
from backends.wiring import Backends
from console.web.visits import SESSION_COOKIE, new_token, token_hash
from desk.accounts import Account, Role, Session

_PATIENCE = httpx.Timeout(10.0, read=60.0)


def signed_in_visitor(backends: Backends) -> str:
    """The session token of an officer who has just signed in."""
    now, token = SystemClock().now(), new_token()
    hashed = Passwords().hash(one_time_password())
    account = Account(id="officer", name="officer", role=Role.OFFICER, password_hash=hashed)
    backends.accounts.add(account)
    session = Session(token_hash=token_hash(token), account_id=account.id, started_at=now, used_at=now)
    backends.accounts.start_session(session, account)
    return token


class OpenBoard:
    """Reads the event stream while its context lasts; `seen` says when each incident was first named there."""

    def __init__(self, board: str, token: str, watch: Stopwatch) -> None:
        self.seen: dict[str, float] = {}
        self.listening = threading.Event()
        self._board = board
        self._token = token
        self._watch = watch
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        """Raises AssertionError when the stream does not begin."""
        self._thread.start()
        assert self.listening.wait(20), "the board's stream did not begin"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The thread ends with the board, or with the process."""

    def _listen(self) -> None:
        cookies = {SESSION_COOKIE: self._token}
        try:
            with (
                httpx.Client(trust_env=False, cookies=cookies, timeout=_PATIENCE) as browser,
                browser.stream("GET", f"{self._board}/live") as stream,
            ):
                stream.raise_for_status()
                for line in stream.iter_lines():
                    self.listening.set()
                    self._take(line)
        except httpx.TransportError:
            # The desk has stopped.
            return

    def _take(self, line: str) -> None:
        if not line.startswith("data: "):
            return
        now = self._watch.elapsed()
        for number in msgspec.json.decode(line.removeprefix("data: ").encode(), type=list[str]):
            self.seen.setdefault(number, now)
