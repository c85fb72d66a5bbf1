"""Notices as signed POSTs to a web address of the office's choosing; the receiver acts once per key."""

import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_address
from typing import Literal
from urllib.parse import quote, unquote

import httpx
import msgspec

from desk.change import Notice
from desk.errors import NotifyError
from desk.ports import Clock

KEY_HEADER = "Idempotency-Key"
TIMESTAMP_HEADER = "Huiying-Timestamp"
SIGNATURE_HEADER = "Huiying-Signature"
PATIENCE = timedelta(seconds=10)
# 409: another attempt with this key is still being worked on (IETF draft-ietf-httpapi-idempotency-key-header), so
# nobody can say yet that it is delivered; a receiver that has finished a key answers 2xx again.
_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429})
_SUCCESS = range(200, 300)
_SERVER_TROUBLE = range(500, 600)


class WebhookNotifier:
    """Posts notices to `url`, signed with `secret`; see docs/settings.md for what a receiver gets.

    A drill or a replay is given one by LocalReceiver.notifier() only, with allow="loopback": an address that is not
    literally on this machine is then refused, so that nothing rehearsed can reach real people. Raises
    NotifyError(permanent=True) for an address that can never work.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        clock: Clock,
        patience: timedelta = PATIENCE,
        allow: Literal["anywhere", "loopback"] = "anywhere",
    ) -> None:
        self._url = _web_address(url)
        if allow == "loopback":
            _refuse_beyond_loopback(self._url)
        if not secret:
            raise NotifyError(f"webhook {_shown(self._url)} has no secret to sign with", permanent=True)
        self._secret = secret
        self._clock = clock
        # A proxy of the environment is for the outside world; a rehearsal must not go through one.
        self._client = httpx.Client(
            timeout=patience.total_seconds(), follow_redirects=False, trust_env=allow == "anywhere"
        )

    def notify(self, notice: Notice) -> None:
        """Delivers the notice; any 2xx counts. Raises NotifyError(permanent=…), which never shows the secret."""
        body = msgspec.json.encode(notice)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            KEY_HEADER: header_of_key(notice.key),
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: signature(self._secret, timestamp, body),
        }
        try:
            # Only the status counts: the answer's body is never read, however long it is.
            with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            raise NotifyError(f"notice {notice.key} did not reach webhook {_shown(self._url)}: {reason}") from None
        if status not in _SUCCESS:
            permanent = status not in _WORTH_ANOTHER_TRY and status not in _SERVER_TROUBLE
            raise NotifyError(
                f"webhook {_shown(self._url)} answered {status} to notice {notice.key}", permanent=permanent
            )

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature over a timestamp and a body, as the header carries it."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def header_of_key(key: str) -> str:
    """A notice's key as a header may carry it: percent-encoded UTF-8."""
    return quote(key, safe="")


def key_of_header(header: str) -> str:
    """The notice's key that a header carries."""
    return unquote(header)


def _web_address(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise NotifyError("webhook address is no web address", permanent=True) from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise NotifyError(f"webhook {_shown(parsed)} is no http or https address", permanent=True)
    return parsed


def _refuse_beyond_loopback(url: httpx.URL) -> None:
    try:
        # Names are refused, localhost too: what a name means is decided elsewhere and can change.
        local = ip_address(url.host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotifyError(
            f"webhook {_shown(url)} is not on this machine, drills and replays reach the local receiver only",
            permanent=True,
        )


def _shown(url: httpx.URL) -> str:
    # Path, query and user part may hold access tokens.
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
