"""Notices as messages of a chat robot, whose HTTP 200 says nothing: the code in the answer's body does."""

import logging
from datetime import timedelta
from ipaddress import ip_address

import httpx
import msgspec

from backends.notify_text import message_of, shortened
from backends.robots import ROBOTS, RobotAddress, RobotPost
from backends.robots_pace import Pace
from desk.change import Notice
from desk.errors import NotifyError
from desk.ports import Clock

PATIENCE = timedelta(seconds=10)
_LONGEST_ANSWER = 65_536
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
_SERVER_TROUBLE = range(500, 600)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

# It logs whole addresses, and a robot's address is its password.
logging.getLogger("httpx").setLevel(logging.WARNING)


class _Answer(msgspec.Struct):
    """What the three platforms answer: 企业微信 and 钉钉 `errcode`, 飞书 `code`, its elder robots `StatusCode`."""

    errcode: int | None = None
    code: int | None = None
    status_code: int | None = msgspec.field(default=None, name="StatusCode")


class RobotNotifier:
    """Posts notices to one robot of `channel`. Its receiver knows no keys: a repeat is told by the notice's mark."""

    def __init__(
        self, channel: str, address: RobotAddress, pace: Pace, *, clock: Clock, patience: timedelta = PATIENCE
    ) -> None:
        self._channel = channel
        self._robot = ROBOTS[channel]
        self._address = address
        self._pace = pace
        self._clock = clock
        self._client = httpx.Client(timeout=patience.total_seconds(), follow_redirects=False)

    def notify(self, notice: Notice) -> None:
        """Delivers the notice; only the code 0 counts.

        Raises NotifyError: permanent for what waiting cannot mend, `doubtful` where the robot may have taken it but
        gave no answer. None of them shows the address, the secret or what the robot said.
        """
        wait = self._pace.take()
        if wait:
            raise NotifyError(f"{self._shown} takes no more for {wait:.0f} s: notice {notice.key} waits")
        text = shortened(message_of(notice), self._robot.largest, _json_size)
        status, body = self._answer(self._robot.written(self._address, text, self._clock.now()), notice)
        self._judge(notice, status, _code(body))

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()

    @property
    def _shown(self) -> str:
        return f"{self._channel} robot at {self._address.url.host}"

    def _answer(self, post: RobotPost, notice: Notice) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        body = bytearray()
        try:
            with self._client.stream("POST", post.url, content=post.body, headers=headers) as answer:
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > _LONGEST_ANSWER:
                        break
                return answer.status_code, bytes(body)
        except _NEVER_SENT as error:
            name = type(error).__name__
            raise NotifyError(f"notice {notice.key} did not reach {self._shown}: {name}") from None
        except httpx.HTTPError as error:
            what = f"{self._shown} gave no answer to notice {notice.key}, which may have arrived"
            raise NotifyError(f"{what}: {type(error).__name__}", doubtful=True) from None

    def _judge(self, notice: Notice, status: int, code: int | None) -> None:
        if code == 0 and httpx.codes.is_success(status):
            return
        if code in self._robot.too_often or status == httpx.codes.TOO_MANY_REQUESTS:
            self._pace.rest(self._robot.rest)
        what = f"{self._shown} answered {_in_words(status, code)} to notice {notice.key}"
        meaning = self._robot.final.get(code or 0)
        if meaning is not None:
            raise NotifyError(f"{what}: {meaning}", permanent=True)
        raise NotifyError(what, permanent=code is None and _is_final(status))


def robot_address(channel: str, text: str) -> RobotAddress:
    """The robot of a contact, `https://…` or `https://…#SECRET`. Raises NotifyError(permanent=True) showing neither."""
    try:
        # Behind '#' nothing ever travels: a secret there cannot be sent by mistake.
        url = httpx.URL(text)
        secret, url = url.fragment, url.copy_with(fragment=None)
    except httpx.InvalidURL:
        raise NotifyError(f"a {channel} contact is no web address", permanent=True) from None
    if not url.host or not (url.scheme == "https" or (url.scheme == "http" and _is_here(url.host))):
        raise NotifyError(f"a {channel} contact is no https address", permanent=True)
    if secret and not ROBOTS[channel].signed:
        raise NotifyError(f"{channel} robots have no secret: leave out what stands behind '#'", permanent=True)
    return RobotAddress(url=url, secret=secret)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _json_size(text: str) -> int:
    return len(msgspec.json.encode(text)) - 2


def _code(body: bytes) -> int | None:
    """The code of an answer, the first that is not 0 where it has several; None where it has none."""
    try:
        answer = msgspec.json.decode(body, type=_Answer, strict=False)
    except msgspec.DecodeError:
        return None
    codes = [each for each in (answer.errcode, answer.code, answer.status_code) if each is not None]
    return next((each for each in codes if each), 0 if codes else None)


def _in_words(status: int, code: int | None) -> str:
    return f"HTTP {status} without a code" if code is None else f"code {code} (HTTP {status})"


def _is_final(status: int) -> bool:
    # A page with 200 is some proxy's, not the robot's: it may be gone the next time.
    if httpx.codes.is_success(status):
        return False
    return status not in _WORTH_ANOTHER_TRY and status not in _SERVER_TROUBLE
