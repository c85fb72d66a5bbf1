"""What never reaches a log: texts, secrets, and whatever could point to the person who posted."""

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from traceback import format_tb

from structlog.typing import EventDict, WrappedLogger

from desk.errors import HuiyingError

WITHHELD = "[withheld]"
_TEXTS = frozenset(
    {"text", "texts", "title", "titles", "body", "content", "message", "post", "posts", "notice", "notices", "value"}
)
_SECRETS = ("secret", "password", "passwd", "token", "authorization", "cookie", "signature", "api_key")
_PERSONS = ("author", "nickname", "avatar", "phone", "mobile", "id_number", "id_card", "follower", "poster", "user_id")
_PERSONS_EXACTLY = frozenset({"uid", "user", "ip"})
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_MOST_HAN = 20  # names of offices, channels and places are shorter, sentences are longer
_LONGEST_VALUE = 300
_LONGEST_TRACE = 20_000


def withhold(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Takes out of a log line what must not stand in it: by the name of the field, by its type, and by its look."""
    return {name: _fit(name, line[name]) for name in line}


def tell_exception(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Puts the trace of `exc_info` into the line, with our own messages and those of the operating system only.

    Messages of other errors quote what they stumbled over: the text of a post, or the parameters of a statement.
    """
    given = line.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        line["exception"] = "\n".join(_told(error))[-_LONGEST_TRACE:]
    return line


def _told(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _told(cause)
    yield from (frame.rstrip() for frame in format_tb(error.__traceback__))
    told = isinstance(error, HuiyingError | OSError)
    yield f"{type(error).__qualname__}: {_fit_text(str(error))}" if told else type(error).__qualname__


def _fit(name: str, value: object) -> object:
    low = name.lower()
    if low in _PERSONS_EXACTLY or any(part in low for part in (*_SECRETS, *_PERSONS)):
        return WITHHELD
    if name == "exception" or isinstance(value, bool | int | float | None):
        return value
    return WITHHELD if low in _TEXTS else _fit_by_look(name, value)


def _fit_by_look(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return {str(inner): _fit(str(inner), value[inner]) for inner in value}
    if isinstance(value, list | tuple | set | frozenset):
        return [_fit(name, inner) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str | PurePath | timedelta):
        return _fit_text(str(value))
    return f"<{type(value).__name__}>"  # its parts may be texts


def _fit_text(value: str) -> str:
    if len(_HAN.findall(value)) > _MOST_HAN:
        return WITHHELD
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
