"""Notices as mail by SMTP; a repeat carries the same Message-ID, so that a mail box can tell it."""

import re
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from hashlib import sha256

from desk.change import Notice
from desk.errors import NotifyError
from desk.ports import Clock

PATIENCE = timedelta(seconds=10)
TLS_PORT = 465
_PERMANENT = range(500, 600)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Transport(StrEnum):
    """How the connection to the mail server is protected."""

    PLAIN = "plain"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The office's mail server and whom its notices come from; `context` says which certificates count."""

    host: str
    port: int
    sender: str
    transport: Transport = Transport.STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """What to call it in a message."""
        return f"{self.host}:{self.port}"


class MailNotifier:
    """Mails notices to one address. Raises NotifyError(permanent=True) for an address that can never work."""

    def __init__(self, address: str, server: MailServer, *, clock: Clock, patience: timedelta = PATIENCE) -> None:
        self._to = _mail_address(address)
        self._from = _mail_address(server.sender)
        self._server = server
        self._clock = clock
        self._patience = patience.total_seconds()

    def notify(self, notice: Notice) -> None:
        """Delivers the notice to the mail server, which answers for it from then on.

        Raises NotifyError: permanent for 5xx answers and a server that cannot protect the connection as told, else
        temporary. What the server said is left out: it quotes addresses, and may quote what was sent.
        """
        try:
            with closing(self._connected()) as connection:
                self._sign_in(connection)
                connection.sendmail(self._from.addr_spec, [self._to.addr_spec], self._message(notice))
                # The server has answered for the notice: however it takes leave, it is not sent again.
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()
        except smtplib.SMTPRecipientsRefused as refused:
            raise self._refused(notice, max(code for code, _ in refused.recipients.values())) from None
        except smtplib.SMTPResponseException as refused:
            raise self._refused(notice, refused.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            reason = "does not offer what the settings ask for (STARTTLS, signing in)"
            raise NotifyError(f"mail server {self._server.shown} {reason}", permanent=True) from None
        except UnicodeError:
            raise NotifyError("smtp_user and smtp_password must be ASCII to sign in with", permanent=True) from None
        except (smtplib.SMTPException, OSError) as error:
            name = type(error).__name__
            raise NotifyError(f"notice {notice.key} did not reach mail server {self._server.shown}: {name}") from None

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.transport is Transport.TLS:
            context = server.context or ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=self._patience, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=self._patience)

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        if self._server.transport is Transport.STARTTLS:
            connection.starttls(context=self._server.context or ssl.create_default_context())
        if self._server.user and self._server.password:
            connection.login(self._server.user, self._server.password)

    def _message(self, notice: Notice) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._from
        message["To"] = self._to
        message["Subject"] = " ".join(notice.title.split())
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = message_id(notice.key, self._from.domain)
        # RFC 3834: no holiday answer comes back to a machine.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text, charset="utf-8", cte="base64")
        return message.as_bytes()

    def _refused(self, notice: Notice, code: int) -> NotifyError:
        what = f"mail server {self._server.shown} answered {code} to notice {notice.key}"
        return NotifyError(what, permanent=code in _PERMANENT)


def message_id(key: str, domain: str) -> str:
    """The Message-ID of a notice: of its key alone, whenever and how often it is sent."""
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def is_mail_address(text: str) -> bool:
    """Whether the text is one plain mail address, NAME@DOMAIN."""
    return _ADDRESS.fullmatch(text) is not None


def _mail_address(text: str) -> Address:
    if not is_mail_address(text):
        # The address itself stays out of the message: it is somebody's.
        raise NotifyError("a mail contact is no mail address, write NAME@DOMAIN", permanent=True)
    return Address(addr_spec=text)
