"""Weibo by its open platform's documented API: what to ask for, and what an answer says, without who wrote it.

Nothing of a post but its own text, moment, number and counters is read: no account, place, device or picture, nor the
post it passes on. open.weibo.com/wiki describes the methods and the error codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from desk.moments import Precision
from spiders.door import RawItem
from spiders.feed import Entry
from spiders.list_page import Listing
from spiders.outcomes import PageOutcome, outcome_of_status
from spiders.sources import Source

OWN = frozenset({"/2/statuses/user_timeline.json", "/2/statuses/user_timeline/biz.json"})
"""The timeline of the account that gave the token: the office's own. Other accounts' are not asked for."""

SEARCH = frozenset({"/2/search/topics.json", "/2/search/statuses/limited.json"})
METHODS: Mapping[str, int] = {
    "/2/statuses/public_timeline.json": 200,
    "/2/search/topics.json": 50,
    "/2/search/statuses/limited.json": 50,
    **dict.fromkeys(OWN, 100),
}
"""The methods a source may name, each with how many posts a page of it has at most."""

_POST = "https://m.weibo.cn/status/{}"
_WRITTEN = "%a %b %d %H:%M:%S %z %Y"
_PUBLIC = 0
_OUT_OF_RATE = frozenset({10022, 10023, 10024})  # of the IP, of the user, of the user for this method; all by the hour
_TOKEN = frozenset({10006, 21314, 21315, 21316, 21317, 21319, 21327, 21332})
_PERMISSION = frozenset({10004, 10005, 10014, 10015})
_AN_HOUR = 3_600


class _Visible(msgspec.Struct):
    type: int = _PUBLIC


class _Status(msgspec.Struct):
    id: int
    created_at: str = ""
    text: str = ""
    comments_count: int | None = None
    deleted: int = 0
    visible: _Visible | None = None


class _Answer(msgspec.Struct):
    statuses: list[_Status] = []
    total_number: int = 0
    error_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WeiboPage:
    """One page of a timeline: its posts, newest first, its further page, and the newest number on it."""

    listing: Listing
    newest: int


def first_address(source: Source, since: int) -> str:
    """Where the first page of a reading is asked for; of the own timeline only what is newer than `since`."""
    path = urlsplit(source.address).path
    asked: dict[str, str | int] = {"count": METHODS[path], "page": 1, "trim_user": 1}
    if path in SEARCH:
        asked["q"] = source.query
    if path in OWN and since:
        asked["since_id"] = since
    return f"{source.address}?{urlencode(asked)}"


def read_weibo(status: int, body: bytes, address: str, source: Source) -> WeiboPage | PageOutcome:
    """What an answer says, or how the page ended where it names an error or is none."""
    try:
        # A search that finds nothing is answered with an empty list.
        answer = _Answer() if body.strip() == b"[]" else msgspec.json.decode(body, type=_Answer, strict=False)
    except (msgspec.DecodeError, ValueError):
        return outcome_of_status(status) or PageOutcome.BROKEN
    refused = outcome_of_code(answer.error_code) if answer.error_code else outcome_of_status(status)
    if refused is not None:
        return refused
    entries = [entry for each in answer.statuses if (entry := _entry(each, source)) is not None]
    more = _further(address, answer)
    newest = max((each.id for each in answer.statuses), default=0)
    return WeiboPage(listing=Listing(entries=entries, more=more), newest=newest)


def outcome_of_code(code: int) -> PageOutcome:
    """How a page ended that was answered with this error code."""
    if code in _OUT_OF_RATE:
        return PageOutcome.THROTTLED
    if code in _TOKEN:
        return PageOutcome.UNAUTHORISED
    return PageOutcome.NOT_PERMITTED if code in _PERMISSION else PageOutcome.HTTP_ERROR


def next_hour(now: datetime) -> str:
    """How many seconds are left until the platform counts anew, as a Retry-After says it."""
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(seconds=_AN_HOUR)
    return str(int((hour - now).total_seconds()) + 1)


def _further(address: str, answer: _Answer) -> tuple[str, ...]:
    asked = dict(parse_qsl(urlsplit(address).query))
    page, count = int(asked["page"]), int(asked["count"])
    # Of a page some posts may be left out: that it is not full says nothing.
    if not answer.statuses or (answer.total_number and page * count >= answer.total_number):
        return ()
    return (f"{address.partition('?')[0]}?{urlencode(asked | {'page': str(page + 1)})}",)


def _entry(status: _Status, source: Source) -> Entry | None:
    """The post as a list names it, with all that is read of it; None where it is deleted or not for everybody."""
    hidden = status.visible is not None and status.visible.type != _PUBLIC
    published = _moment(status.created_at)
    if status.deleted or hidden or published is None:
        return None
    address = _POST.format(status.id)
    found = RawItem(
        source=source.key,
        text=status.text,
        published_at=published,
        precision=Precision.SECOND,
        address=address,
        jurisdiction=source.jurisdiction,
        official=source.official,
        channel=source.channel,
    )
    return Entry(address=address, replies=status.comments_count, found=found)


def _moment(written: str) -> datetime | None:
    try:
        return datetime.strptime(written, _WRITTEN)  # noqa: DTZ007  # %z stands in it
    except ValueError:
        return None
