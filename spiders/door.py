"""The door: what was found outside becomes a post here, and personal data stays out."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.errors import BadPost
from desk.moments import Precision, as_utc
from desk.post import Post, post_id
from desk.text import normalise
from spiders.address import canonical_address
from spiders.masking import mask

LONGEST_TEXT = 1_000_000
LONGEST_NAME = 200
CLOCKS_MAY_DIFFER = timedelta(days=1)
"""How far ahead of its collection a post may be dated: sources' clocks and zones are wrong by hours, not by days."""

# Controls, zero-width signs, direction marks and lone surrogates; tab and line feed stay.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")
_DIVISION = re.compile(r"\d{6}", re.ASCII)
_CARRIES_AN_ACCOUNT = re.compile(r"(?i)@|(?<![a-z])(?:uid|user|author|member|account|nick|screen_?name)")
_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """What a reader or a spider found, as it was found; it has no field for who wrote it.

    `origin` is what the post's identity rests on where there is no address: the source's key unless a reader knows
    better (a hot list: the list and the day).
    """

    source: str
    published_at: datetime
    precision: Precision
    title: str = ""
    text: str = ""
    address: str | None = None
    origin: str | None = None
    given_id: str | None = None
    jurisdiction: str | None = None
    official: bool = False
    channel: str | None = None
    capture: str | None = None
    captured_at: datetime | None = None


def admit(raw: RawItem, now: datetime) -> Post:
    """The post of a found item, collected `now`, without personal data in any field.

    Raises BadPost naming the field and what to do; the message never repeats what the field holds.
    """
    title, text = _readable(raw.title, "title"), _readable(raw.text, "text")
    if not title and not text:
        raise BadPost("title and text are both empty: a post needs one of them")
    source = _name(raw.source, "source")
    if not source:
        raise BadPost("source is empty: name the source the post was found in")
    collected_at, published_at = _moment(now, "collected_at"), _moment(raw.published_at, "published_at")
    if published_at - collected_at > CLOCKS_MAY_DIFFER:
        raise BadPost(
            f"published_at {published_at.isoformat()} is more than a day after collection at "
            f"{collected_at.isoformat()}: correct the one that is wrong"
        )
    address = canonical_address(raw.address) if raw.address else None
    return Post(
        id=post_id(address or raw.origin or source, normalise(f"{title}\n{text}")),
        source=source,
        title=title,
        text=text,
        published_at=published_at,
        precision=raw.precision,
        collected_at=collected_at,
        address=address,
        given_id=_given_id(raw.given_id),
        jurisdiction=_matching(raw.jurisdiction, _DIVISION, "jurisdiction is no division code of six digits"),
        official=raw.official,
        channel=_channel(raw),
        capture=_matching(raw.capture, _DIGEST, "capture is no SHA-256 in 64 small hex digits"),
        captured_at=_captured_at(raw),
    )


def seen(text: str) -> str:
    """The text without signs nobody sees, line ends as line feeds, no space around it."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).strip()


def _readable(text: str, field: str) -> str:
    cleaned = seen(text)
    if len(cleaned) > LONGEST_TEXT:
        raise BadPost(f"{field} has {len(cleaned)} characters, the limit is {LONGEST_TEXT}: split it or leave it out")
    return mask(cleaned)


def _name(name: str | None, field: str) -> str:
    cleaned = seen(name or "")
    if len(cleaned) > LONGEST_NAME:
        raise BadPost(f"{field} has {len(cleaned)} characters, the limit is {LONGEST_NAME}")
    return mask(cleaned)


def _given_id(given: str | None) -> str | None:
    given_id = _name(given, "id") or None
    return None if given_id is None or _CARRIES_AN_ACCOUNT.search(given_id) else given_id


def _moment(moment: datetime, field: str) -> datetime:
    try:
        return as_utc(moment)
    except (ValueError, OverflowError):
        raise BadPost(f"{field} has no zone: write it with one, for example 2026-06-10T08:12:00+08:00") from None


def _matching(value: str | None, pattern: re.Pattern[str], complaint: str) -> str | None:
    if not value:
        return None
    if not pattern.fullmatch(value):
        raise BadPost(complaint)
    return value


def _channel(raw: RawItem) -> str | None:
    channel = _name(raw.channel, "channel") or None
    if raw.official and channel is None:
        raise BadPost("official is true without a channel: name the registered channel the post was found on")
    if channel is not None and not raw.official:
        raise BadPost("channel is given but official is not true: only the office's own posts have a channel")
    return channel


def _captured_at(raw: RawItem) -> datetime | None:
    if raw.captured_at is None:
        return None
    if raw.capture is None:
        raise BadPost("captured_at is given without capture: give the digest of the captured page too")
    return _moment(raw.captured_at, "captured_at")
