"""How the reading of a page ends: each page in exactly one of these, counted."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)


class PageOutcome(StrEnum):
    """The one counted end of a page that was asked for."""

    READ = "read"  # a list of articles was read
    UNCHANGED = "unchanged"  # a list had not changed since it was last read
    DELIVERED = "delivered"  # an article is on the bus
    SPOOLED = "spooled"  # an article that waits in the spool for a bus that is away
    REPEATED = "repeated"  # an article that was delivered before
    QUARANTINED = "quarantined"  # an article the door refused; it lies in quarantine with the reason
    NO_TIME = "no_time"  # an article that nowhere says when it was published
    NO_TEXT = "no_text"  # an article without a title or text
    NOT_HTML = "not_html"  # an article that is a picture, a film, a document
    ROBOTS_REFUSED = "robots_refused"  # the site's robots.txt asks not to read it
    OTHER_HOST = "other_host"  # it leads to a host that the source does not name
    THROTTLED = "throttled"  # the host asked for fewer questions (429, 503)
    UNAUTHORISED = "unauthorised"  # the token is expired, withdrawn or wrong
    NOT_PERMITTED = "not_permitted"  # the token is good, and not for this method
    REDIRECT_LOOP = "redirect_loop"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"  # no such host, no connection
    HTTP_ERROR = "http_error"
    BROKEN = "broken"  # cut short, or nothing that can be read as what it claims to be
    SWITCHED_OFF = "switched_off"  # the office turned the source off; it stands as a gap, never as a page's end
    INTERRUPTED = "interrupted"  # the crawl was stopped meanwhile; it is read again


MAY_PASS = frozenset(
    {
        PageOutcome.TIMED_OUT,
        PageOutcome.UNREACHABLE,
        PageOutcome.HTTP_ERROR,
        PageOutcome.BROKEN,
    }
)
"""Ends that another try may mend; after a few tries they are final too."""

ASK_LATER = frozenset({PageOutcome.THROTTLED, PageOutcome.INTERRUPTED})
"""Ends that say nothing about the page: it is asked for again however often it takes."""

HOST_IS_SILENT = frozenset({PageOutcome.TIMED_OUT, PageOutcome.UNREACHABLE})
LIST_WAS_SEEN = frozenset({PageOutcome.READ, PageOutcome.UNCHANGED})

THROTTLING = frozenset({429, 503})
_KINDS: tuple[tuple[type[BaseException], PageOutcome], ...] = (
    (DownloadTimeoutError, PageOutcome.TIMED_OUT),
    (DownloadCancelledError, PageOutcome.TOO_LARGE),  # Scrapy cancels what grows over the limit, and nothing else
    (DownloadConnectionRefusedError, PageOutcome.UNREACHABLE),
    (CannotResolveHostError, PageOutcome.UNREACHABLE),
    (ResponseDataLossError, PageOutcome.BROKEN),
    (DownloadFailedError, PageOutcome.BROKEN),
    (OSError, PageOutcome.UNREACHABLE),
)


class Refused(IgnoreRequest):
    """Raised for a page that our own manners forbid to ask for; `outcome` says why."""

    def __init__(self, outcome: PageOutcome, *, retry_after: str | None = None) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.retry_after = retry_after


def outcome_of_failure(error: BaseException, *, redirects_spent: bool) -> PageOutcome:
    """How a page ended whose download failed with this error."""
    if isinstance(error, Refused):
        return error.outcome
    if isinstance(error, IgnoreRequest):
        # Scrapy's own two: too many redirects, or a body that unpacks to more than the limit.
        return PageOutcome.REDIRECT_LOOP if redirects_spent else PageOutcome.TOO_LARGE
    return next((outcome for kind, outcome in _KINDS if isinstance(error, kind)), PageOutcome.UNREACHABLE)


def outcome_of_status(status: int) -> PageOutcome | None:
    """How a page ended that was answered with this status; None for one that can be read."""
    if status in THROTTLING:
        return PageOutcome.THROTTLED
    return None if 200 <= status < 300 else PageOutcome.HTTP_ERROR


@dataclass(slots=True)
class Tally:
    """How many pages ended how."""

    pages: Counter[PageOutcome] = field(default_factory=Counter)

    def count(self, outcome: PageOutcome) -> None:
        """Counts one page."""
        self.pages[outcome] += 1

    def __str__(self) -> str:
        """The ends that happened, in the order of the list: `read 1, delivered 3`."""
        said = [f"{outcome.value} {self.pages[outcome]}" for outcome in PageOutcome if self.pages[outcome]]
        return ", ".join(said) or "no page asked for"
