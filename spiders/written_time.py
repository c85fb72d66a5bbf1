"""When something was published, as sites write it: with or without zone, in figures or in Chinese."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from desk.moments import Precision, as_utc

BEIJING = timezone(timedelta(hours=8))
"""The zone of a time that names none: all of China keeps it."""

_OLDEST = 1990
_MOMENT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d) ?[-/.年] ?(?P<month>\d{1,2}) ?[-/.月] ?(?P<day>\d{1,2})(?!\d) ?[日号]?"
    r"(?:(?:T|[\s,，\-]{0,3}(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?)?\s{0,3})"
    r"(?P<half>凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|晚间)?\s?"
    r"(?P<hour>[01]?\d|2[0-4])\s?(?:[:：]|[时点]\s?)(?P<minute>[0-5]\d)(?!\d)\s?分?"
    r"(?:[:：]?(?P<second>[0-5]\d)(?!\d)秒?(?:[.,]\d{1,9})?)?"
    r"(?: ?(?P<zone>Z(?![A-Za-z])|(?:UTC|GMT)(?![+\-\d])|(?:UTC|GMT)?[+\-](?:0\d|1[0-4]):?[0-5]\d(?!\d)))?)?"
)
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_MAIL_DATE = re.compile(r"(?:[A-Za-z]{3,9},? )?\d{1,2} [A-Za-z]{3,9} \d{2,4} \d{1,2}:\d\d")
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚间"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTime:
    """A time as it was written: aware UTC, and how exact."""

    at: datetime
    precision: Precision

    @property
    def to_the_minute(self) -> bool:
        """Whether it says more than the day."""
        return self.precision is not Precision.DAY


def read_time(text: str) -> WrittenTime | None:
    """The first time written in the text, or None; a time without a zone is Beijing's."""
    return next(read_times(text), None)


def read_times(text: str) -> Iterator[WrittenTime]:
    """Every time written in the text, in order."""
    for match in _MOMENT.finditer(text):
        found = _of(match)
        if found is not None:
            yield found


def read_marked_time(text: str) -> WrittenTime | None:
    """The time of a field made for it: as `read_time`, or a mail date, or seconds since 1970."""
    text = text.strip()[:100]
    if _EPOCH.fullmatch(text):
        at = datetime.fromtimestamp(int(text[:10]), UTC)
        return WrittenTime(at=at, precision=Precision.SECOND)
    return _of_mail(text) if _MAIL_DATE.match(text) else read_time(text)


def _of(match: re.Match[str]) -> WrittenTime | None:
    try:
        day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=BEIJING)
    except ValueError:
        return None
    if day.year < _OLDEST:
        return None
    if match["hour"] is None:
        return WrittenTime(at=as_utc(day), precision=Precision.DAY)
    hour, minute, second = _hour(match), int(match["minute"]), int(match["second"] or 0)
    if (hour, minute, second) == (0, 0, 0):
        # Exactly midnight is what systems write that know only the day.
        return WrittenTime(at=as_utc(day), precision=Precision.DAY)
    moment = (day + timedelta(hours=hour, minutes=minute, seconds=second)).replace(tzinfo=_zone(match["zone"]))
    return WrittenTime(at=as_utc(moment), precision=Precision.SECOND if match["second"] else Precision.MINUTE)


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    return hour + 12 if match["half"] in _AFTERNOON and hour < 12 else hour


def _zone(written: str | None) -> timezone:
    if written is None:
        return BEIJING
    digits = re.sub(r"\D", "", written)
    if not digits:
        return UTC
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if "-" in written else offset)


def _of_mail(text: str) -> WrittenTime | None:
    try:
        moment = parsedate_to_datetime(text)
        at = as_utc(moment if moment.tzinfo else moment.replace(tzinfo=BEIJING))
    except (ValueError, TypeError, OverflowError):
        return None
    if at.year < _OLDEST:
        return None
    local = moment.time()
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return WrittenTime(at=at, precision=Precision.DAY)
    return WrittenTime(at=at, precision=Precision.SECOND if text.count(":") > 1 else Precision.MINUTE)
