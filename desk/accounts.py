"""Who may sign in to the board, for how long, and how long somebody who failed has to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

from desk.errors import HuiyingError

IDLE = timedelta(hours=8)
"""A session that was not used for this long is over: one shift."""

WHOLE = timedelta(hours=24)
"""A session that began this long ago is over, however much it was used."""

USE_NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a session is kept: every page would otherwise be a write."""

QUIET = timedelta(hours=24)
"""Failures are forgotten once nobody has failed for this long."""

_FREE_FAILURES = 4
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=15)
_LONGEST_NAME = 30
_SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 200
_FEWEST_DIFFERENT = 5


class AccountRefused(HuiyingError):
    """Raised when an account cannot be made or changed as asked; nothing changed."""


class Role(StrEnum):
    """What an account may do: each role may also do all that the ones before it may."""

    VIEWER = "viewer"
    OFFICER = "officer"
    DIRECTOR = "director"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether an account of this role may do what takes the needed one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)

    @property
    def words(self) -> str:
        """What people call it."""
        return {"viewer": "查看人员", "officer": "值班员", "director": "新闻办主任", "admin": "管理员"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in. `name` is typed at sign-in and stands in the case log; it is never given twice."""

    id: str
    name: str
    role: Role
    password_hash: str
    must_change: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A visit that is signed in. What the browser holds is not kept, only its hash."""

    token_hash: str
    account_id: str
    started_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """How often signing in has failed for one subject of the throttle, and when last."""

    times: int
    last_at: datetime


def account_name(typed: str) -> str:
    """The name as it is stored and compared. Raises AccountRefused for one that cannot be one."""
    name = normalize("NFKC", typed).strip()
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable() or " " in name:
        raise AccountRefused(f"account name {typed!r}: use 1 to {_LONGEST_NAME} characters without spaces")
    return name


def name_key(name: str) -> str:
    """What makes two names the same: nobody gets one that differs in case only."""
    return normalize("NFKC", name).casefold()


def alive(session: Session, now: datetime) -> bool:
    """Whether the session still holds: not the moment it has been idle, or begun, for too long."""
    return now < session.used_at + IDLE and now < session.started_at + WHOLE


def wait_left(failures: Failures | None, now: datetime, *, allowance: int = 1) -> timedelta:
    """How long this subject still has to wait before it may try again; nothing for one that failed seldom.

    Each failure beyond the free ones doubles the wait, up to a quarter of an hour. `allowance` multiplies the free
    ones: many people may share an address.
    """
    if failures is None or quiet(failures, now):
        return timedelta()
    beyond = failures.times - _FREE_FAILURES * allowance
    if beyond <= 0:
        return timedelta()
    wait = min(_FIRST_WAIT * (1 << min(beyond - 1, 20)), _LONGEST_WAIT)
    return max(failures.last_at + wait - now, timedelta())


def quiet(failures: Failures, now: datetime) -> bool:
    """Whether nobody has failed for so long that the failures are forgotten."""
    return now >= failures.last_at + QUIET


def failed_again(failures: Failures | None, now: datetime) -> Failures:
    """The failures with one more, which stands alone after a quiet day."""
    known = 0 if failures is None or quiet(failures, now) else failures.times
    return Failures(times=known + 1, last_at=now)


def weakness(password: str, *, name: str) -> str | None:
    """Why this cannot be a password, in words for the person who chose it; None where it can."""
    if len(password) < _SHORTEST_PASSWORD:
        return f"密码至少 {_SHORTEST_PASSWORD} 个字符，可以用一句好记的话。"
    if len(password) > _LONGEST_PASSWORD:
        return f"密码最多 {_LONGEST_PASSWORD} 个字符。"
    if name.casefold() in password.casefold():
        return "密码不能包含登录名。"
    if len(set(password)) < _FEWEST_DIFFERENT:
        return f"密码至少要有 {_FEWEST_DIFFERENT} 个不同的字符。"
    return None
