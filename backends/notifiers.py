"""The channels that reach real people, by name: opened by `huiying run` only, never by a drill or a replay."""

from threading import Lock

from backends.notify_mail import TLS_PORT, MailNotifier, MailServer, Transport, is_mail_address
from backends.notify_webhook import WebhookNotifier
from backends.settings import Settings
from desk.errors import NotifyError
from desk.ports import Clock, Notifier

WEBHOOK, MAIL = "webhook", "mail"
CHANNELS = (WEBHOOK, MAIL)


class RealChannels:
    """The ways to reach people that the settings open: signed webhooks and mail."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._server = mail_server(settings)
        self._lock = Lock()
        self._webhooks: dict[str, WebhookNotifier] = {}

    def notifier(self, channel: str, address: str) -> Notifier:
        """The notifier of a contact. Raises NotifyError(permanent=True) where it can never work."""
        match channel:
            case "webhook":
                return self._webhook(address)
            case "mail" if self._server is not None:
                return MailNotifier(address, self._server, clock=self._clock)
            case "mail":
                raise NotifyError("smtp_host is not set: no mail can be sent", permanent=True)
        raise NotifyError(f"no channel {channel}: there are {', '.join(CHANNELS)}", permanent=True)

    def default(self) -> Notifier | None:
        """The desk's own webhook, where one is set."""
        return self._webhook(self._settings.webhook_url) if self._settings.webhook_url else None

    def close(self) -> None:
        """Lets go of connections."""
        for webhook in self._webhooks.values():
            webhook.close()

    def _webhook(self, url: str) -> WebhookNotifier:
        with self._lock:
            if url not in self._webhooks:
                secret = self._settings.webhook_secret or ""
                self._webhooks[url] = WebhookNotifier(url, secret, clock=self._clock)
            return self._webhooks[url]


def can_reach(settings: Settings) -> bool:
    """Whether the settings open any channel at all."""
    return settings.webhook_secret is not None or settings.smtp_host is not None


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
    """What is wrong with a contact, or None."""
    if channel not in CHANNELS:
        return f"no channel {channel}: use {' or '.join(CHANNELS)}"
    if channel == MAIL and not is_mail_address(address):
        return f"{address!r} is no mail address: write mail=NAME@DOMAIN"
    if channel == WEBHOOK and not address.startswith(("http://", "https://")):
        return f"{address!r} is no web address: write webhook=https://…"
    return None


def _transport(settings: Settings) -> Transport:
    if settings.smtp_port == TLS_PORT:
        return Transport.TLS
    return Transport.STARTTLS if settings.smtp_starttls else Transport.PLAIN
