"""Notices through apprise, for SMS gateways and the long tail: handed over, and nobody knows whether they arrive."""

import logging
from typing import TYPE_CHECKING

from backends.notify_text import message_of, shortened
from desk.change import Notice
from desk.errors import NotifyError

if TYPE_CHECKING:
    from apprise import NotifyBase

LONGEST_SMS = 335
"""Five parts of 67 characters: what a gateway still sends as one message in Chinese."""
LONGEST = 2000
_OWN_ROBOTS = frozenset({"dingtalk", "feishu", "lark", "wecombot"})
"""Apprise reports success for a refusal in their HTTP 200; this desk has its own channels for them."""

# They log addresses and texts, and such an address holds the gateway's password.
for _name, _least in (("apprise", logging.CRITICAL), ("urllib3", logging.WARNING)):
    logging.getLogger(_name).setLevel(_least)


class AppriseNotifier:
    """Hands notices to one apprise address. Raises NotifyError(permanent=True) for one that can never work."""

    def __init__(self, address: str, *, longest: int = LONGEST) -> None:
        self._way = _opened(address)
        self._scheme = address.partition("://")[0]
        self._longest = longest

    def notify(self, notice: Notice) -> None:
        """Hands the notice over; that it arrives nobody says. Raises NotifyError, which may have been too late."""
        body = shortened(message_of(notice), self._longest, len)
        try:
            handed_over = self._way.notify(body=body)
        except Exception as error:  # noqa: BLE001  # a hundred plugins, each with its own
            raise NotifyError(self._failed(notice, type(error).__name__), doubtful=True) from None
        if not handed_over:
            raise NotifyError(self._failed(notice, "refused or not reached"), doubtful=True)

    def _failed(self, notice: Notice, reason: str) -> str:
        return f"{self._scheme} gateway did not take notice {notice.key}: {reason}"


def _opened(address: str) -> "NotifyBase":
    # It takes a third of a second to load, and most desks never need it.
    from apprise import Apprise, AppriseAsset, NotifyBase

    scheme = address.partition("://")[0].lower()
    if scheme in _OWN_ROBOTS:
        raise NotifyError(f"{scheme}:// hides refusals: use the channels dingtalk, feishu, wecom", permanent=True)
    asset = AppriseAsset(async_mode=False, app_id="Huiying", http_redirects=False)
    way = Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if not isinstance(way, NotifyBase):
        raise NotifyError("a contact is no address that apprise knows, or lacks a part", permanent=True)
    return way
