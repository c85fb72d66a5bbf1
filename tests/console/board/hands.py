"""What people do with the board's forms in a test: open one, fill it in, send it."""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from urllib.parse import quote

from fastapi.testclient import TestClient
from httpx import Response

from console.web.site import Site
from desk.incident import Incident

_HIDDEN = re.compile(r'<input type="hidden" name="(csrf|once|seen)" value="([^"]*)">')
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_BLANKS = re.compile(r"\s+")

Filled = Mapping[str, str | Sequence[str]]


def at(number: str, slug: str = "") -> str:
    """The address of an incident's page, or of one of its forms."""
    return f"/incidents/{quote(number)}/{slug}".rstrip("/")


def hidden_on(page: Response) -> dict[str, str]:
    """The fields of the form that nobody types; the sign-out form's token is the same one."""
    return dict(_HIDDEN.findall(page.text))


def filled_in(
    browser: TestClient, number: str, slug: str, fields: Filled | None = None, *, record: bytes | None = None
) -> Response:
    """Opens the form, fills it in and sends it, with a file where there is one."""
    return sent(browser, number, slug, hidden_on(browser.get(at(number, slug))), fields, record=record)


def sent(
    browser: TestClient,
    number: str,
    slug: str,
    hidden: Mapping[str, str],
    fields: Filled | None = None,
    *,
    record: bytes | None = None,
) -> Response:
    """Sends a form that was opened before."""
    files = {"record": ("record.txt", record)} if record is not None else None
    response: Response = browser.post(at(number, slug), data={**hidden, **(fields or {})}, files=files)
    return response


def read(page: Response) -> str:
    """What a person reads of a page: no tags, and every run of blanks as one."""
    return unescape(_BLANKS.sub(" ", _TAGS.sub(" ", page.text)))


def stored(site: Site, number: str, key: str = "") -> Incident:
    """The incident as it stands in the desk's store."""
    return site.desks[key].parts.incidents.get(number)
