"""The channels that reach real people, by name: opened by `huiying run` only, never by a drill or a replay."""

import re
from collections.abc import Callable
from threading import Lock

from backends.clock import Stopwatch
from backends.notify_apprise import LONGEST, LONGEST_SMS, AppriseNotifier
from backends.notify_channels import CHANNELS, HANDED_OVER, MAIL, OUTSIDE, SMS, WEBHOOK
from backends.notify_mail import TLS_PORT, MailNotifier, MailServer, Transport, is_mail_address
from backends.notify_robot import RobotNotifier, robot_address
from backends.notify_webhook import WebhookNotifier
from backends.robots import ROBOTS
from backends.robots_pace import Pace
from backends.settings import Settings
from desk.errors import NotifyError
from desk.ports import Clock, Notifier


class RealChannels:
    """The ways to reach people that the settings open; `elapsed` paces the robots."""

    def __init__(self, settings: Settings, clock: Clock, *, elapsed: Callable[[], float] | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._elapsed = elapsed or Stopwatch().elapsed
        self._server = mail_server(settings)
        self._lock = Lock()
        self._webhooks: dict[str, WebhookNotifier] = {}
        self._robots: dict[tuple[str, str], RobotNotifier] = {}
        self._paces: dict[str, Pace] = {}

    def notifier(self, channel: str, address: str) -> Notifier:
        """The notifier of a contact. Raises NotifyError(permanent=True) where it can never work."""
        if channel not in CHANNELS:
            raise NotifyError(f"no channel {channel}: there are {', '.join(CHANNELS)}", permanent=True)
        if channel == WEBHOOK:
            return self._webhook(address)
        if channel == MAIL:
            return self._mail(address)
        if not self._settings.outside_channels:
            raise NotifyError(f"outside_channels is not set: nothing goes out by {channel}", permanent=True)
        if channel in HANDED_OVER:
            return AppriseNotifier(address, longest=LONGEST_SMS if channel == SMS else LONGEST)
        return self._robot(channel, address)

    def default(self) -> Notifier | None:
        """The desk's own webhook, where one is set."""
        return self._webhook(self._settings.webhook_url) if self._settings.webhook_url else None

    def close(self) -> None:
        """Lets go of connections."""
        for webhook in self._webhooks.values():
            webhook.close()
        for robot in self._robots.values():
            robot.close()

    def _mail(self, address: str) -> MailNotifier:
        if self._server is None:
            raise NotifyError("smtp_host is not set: no mail can be sent", permanent=True)
        return MailNotifier(address, self._server, clock=self._clock)

    def _webhook(self, url: str) -> WebhookNotifier:
        with self._lock:
            if url not in self._webhooks:
                secret = self._settings.webhook_secret or ""
                self._webhooks[url] = WebhookNotifier(url, secret, clock=self._clock)
            return self._webhooks[url]

    def _robot(self, channel: str, text: str) -> RobotNotifier:
        address = robot_address(channel, text)
        with self._lock:
            if (channel, text) not in self._robots:
                # One robot has one pace, however many people are paged by it.
                pace = self._paces.setdefault(str(address.url), Pace(ROBOTS[channel].allowances, self._elapsed))
                self._robots[channel, text] = RobotNotifier(channel, address, pace, clock=self._clock)
            return self._robots[channel, text]


def can_reach(settings: Settings) -> bool:
    """Whether the settings open any channel at all."""
    return settings.webhook_secret is not None or settings.smtp_host is not None or settings.outside_channels


def mail_server(settings: Settings) -> MailServer | None:
    """The office's mail server, or None where none is set."""
    if settings.smtp_host is None or settings.smtp_from is None:
        return None
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_from,
        transport=_transport(settings),
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def contact_problem(channel: str, address: str) -> str | None:
    """What is wrong with a contact, or None; never with what may be a password in it."""
    if channel not in CHANNELS:
        return f"no channel {channel}: use {' or '.join(CHANNELS)}"
    if channel == MAIL and not is_mail_address(address):
        return f"{address!r} is no mail address: write mail=NAME@DOMAIN"
    if channel == WEBHOOK and not address.startswith(("http://", "https://")):
        return f"{address!r} is no web address: write webhook=https://…"
    if channel in OUTSIDE:
        return _outside_problem(channel, address)
    return None


def shown_contact(channel: str, address: str) -> str:
    """What may be shown of a contact: of an address that is a password by itself, only where it leads."""
    scheme, _, rest = address.partition("://")
    if channel in HANDED_OVER:
        return f"{channel}={scheme}://…"
    if channel in ROBOTS:
        host = re.split("[/?#]", rest)[0].rpartition("@")[2]
        return f"{channel}={scheme}://{host}/…"
    path, asked, _ = address.partition("?")
    return f"{channel}={path}?…" if asked else f"{channel}={address}"


def _outside_problem(channel: str, address: str) -> str | None:
    try:
        if channel in ROBOTS:
            robot_address(channel, address)
        else:
            AppriseNotifier(address)
    except NotifyError as error:
        return str(error)
    return None


def _transport(settings: Settings) -> Transport:
    if settings.smtp_port == TLS_PORT:
        return Transport.TLS
    return Transport.STARTTLS if settings.smtp_starttls else Transport.PLAIN
