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
# As some layouts set it: 2026 06/10 08:12, the year apart.
_YEAR_APART = re.compile(r"(?<!\d)((?:19|20)\d\d)\s{1,3}(\d{2}\s?/\s?\d{2}\s{1,3}\d{2}:\d{2})")
_WITHOUT_YEAR = re.compile(
    r"(?<![\d年\-/.])(?<!\d:)(?P<month>\d{1,2}) ?[-/月] ?(?P<day>\d{1,2})(?!\d) ?[日号]?[\s,，]{0,3}"
    r"(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d)(?:[:：](?P<second>[0-5]\d))?(?!\d)"
)
_SAID_AGO = re.compile(
    r"(?P<day>今天|昨天|前天)\s{0,3}(?P<hour>[01]?\d|2[0-3])[:：](?P<minute>[0-5]\d)(?!\d)"
    r"|(?P<minutes>\d{1,3})\s?分钟(?:以)?前|(?P<hours>\d{1,2})\s?小时(?:以)?前|(?P<just>刚刚)"
)
_DAYS_AGO = {"今天": 0, "昨天": 1, "前天": 2}
_AS_WIDE_SIGNS = str.maketrans("０１２３４５６７８９－／．：　\xa0", "0123456789-/.:  ")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d{1,6})?")
_MAIL_DATE = re.compile(r"(?:[A-Za-z]{3,9},? )?\d{1,2} [A-Za-z]{3,9} \d{2,4} \d{1,2}:\d\d")
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚间"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTime:
    """A time as it was written: aware UTC, and how exact."""

    at: datetime
    precision: Precision

    @property
    def to_the_minute(self) -> bool:
        """Whether it says the minute."""
        return self.precision in (Precision.SECOND, Precision.MINUTE)


def read_time(text: str) -> WrittenTime | None:
    """The first time written in the text, or None; a time without a zone is Beijing's."""
    return next(read_times(text), None)


def read_times(text: str) -> Iterator[WrittenTime]:
    """Every time written in the text, in order."""
    yield from (found for found, _ in placed_times(text))


def placed_times(text: str) -> Iterator[tuple[WrittenTime, int]]:
    """Every time written in the text, each with the place in the text where it begins."""
    text = _YEAR_APART.sub(r"\1/\2", text.translate(_AS_WIDE_SIGNS))
    for match in _MOMENT.finditer(text):
        found = _of(match)
        if found is not None:
            yield found, match.start()


def read_without_year(text: str, known: datetime) -> WrittenTime | None:
    """The first day and minute written without a year, in the last year in which it was not later than `known`."""
    match = _WITHOUT_YEAR.search(text.translate(_AS_WIDE_SIGNS))
    if match is None:
        return None
    precision = Precision.SECOND if match["second"] else Precision.MINUTE
    local = known.astimezone(BEIJING)
    for year in (local.year, local.year - 1):
        try:
            day = datetime(year, int(match["month"]), int(match["day"]), tzinfo=BEIJING)
        except ValueError:
            continue
        moment = day + timedelta(hours=_hour(match), minutes=int(match["minute"]), seconds=int(match["second"] or 0))
        if moment <= local:
            return WrittenTime(at=as_utc(moment), precision=precision)
    return None


def read_said_ago(text: str, seen_at: datetime) -> WrittenTime | None:
    """The time of 昨天 08:12, 5分钟前 or 3小时前 on a page seen at that moment."""
    match = _SAID_AGO.search(text.translate(_AS_WIDE_SIGNS))
    if match is None:
        return None
    if match["day"]:
        midnight = seen_at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        day = midnight - timedelta(days=_DAYS_AGO[match["day"]])
        at = day + timedelta(hours=int(match["hour"]), minutes=int(match["minute"]))
        return WrittenTime(at=as_utc(at), precision=Precision.MINUTE)
    if match["hours"]:
        return WrittenTime(at=as_utc(seen_at - timedelta(hours=int(match["hours"]))), precision=Precision.HOUR)
    ago = timedelta(minutes=int(match["minutes"] or 0))
    return WrittenTime(at=as_utc(seen_at - ago), precision=Precision.MINUTE)


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
    half = match.groupdict().get("half")
    return hour + 12 if half in _AFTERNOON and hour < 12 else hour


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
