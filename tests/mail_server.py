"""A real mail server on this machine for tests: it keeps what it got and answers as it is told."""

import ssl
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backends.notify_mail import MailServer, Transport
from tests.build import NOON

SENDER = "desk@yunzhou.example"
USER, PASSWORD = "desk", "correct horse"


class OnAnyPort(Controller):
    """A controller that takes a free port and says which."""

    @property
    def bound_to(self) -> int:
        """The port it listens on."""
        assert isinstance(self.server, Server)
        number: int = self.server.sockets[0].getsockname()[1]
        return number

    def _trigger_server(self) -> None:
        self.port = self.bound_to
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd leaves it untyped


@dataclass(frozen=True)
class Mail:
    """One mail as its reader sees it."""

    headers: dict[str, str]
    kind: str
    text: str


@dataclass
class MailBox:
    """What the server got, and what it answers; `signed_in` counts those who gave the right password."""

    answers: dict[str, str] = field(default_factory=dict)
    kept: list[bytes] = field(default_factory=list)
    signed_in: int = 0

    async def handle_RCPT(  # noqa: N802  # the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        del server, session
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_AUTH(  # noqa: N802  # the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, arguments: list[str]
    ) -> object:
        del server, session, envelope, arguments
        return self.answers.get("AUTH", MISSING)

    async def handle_DATA(  # noqa: N802  # the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        if "DATA" not in self.answers:
            assert isinstance(envelope.content, bytes)
            self.kept.append(envelope.content)
        return self.answers.get("DATA", "250 OK")

    async def handle_QUIT(  # noqa: N802  # the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session, envelope
        return self.answers.get("QUIT", "221 Bye")

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        del server, session, envelope, mechanism
        right = LoginPassword(login=USER.encode(), password=PASSWORD.encode())
        self.signed_in += given == right
        return AuthResult(success=given == right)

    def messages(self) -> list[Mail]:
        """What it got, opened."""
        return [opened(each) for each in self.kept]


def opened(raw: bytes) -> Mail:
    """The mail in these bytes."""
    message = message_from_bytes(raw, policy=policy.default)
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    headers = {name: str(value) for name, value in message.items()}
    return Mail(headers=headers, kind=message.get_content_type(), text=content.decode("utf-8"))


@dataclass(frozen=True)
class Certificate:
    """A certificate of 127.0.0.1 that only its own makers trust."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext


@contextmanager
def mail_server(
    box: MailBox, transport: Transport = Transport.PLAIN, certificate: Certificate | None = None
) -> Iterator[MailServer]:
    """The running server, and how the office's settings would name it."""
    context = certificate.server if certificate else None
    controller = OnAnyPort(
        box,
        hostname="127.0.0.1",
        port=0,
        ssl_context=context if transport is Transport.TLS else None,
        tls_context=context if transport is Transport.STARTTLS else None,
        authenticator=box.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield MailServer(
            host="127.0.0.1",
            port=controller.bound_to,
            sender=SENDER,
            transport=transport,
            context=certificate.trusting if certificate else None,
        )
    finally:
        controller.stop()


def make_certificate(folder: Path) -> Certificate:
    """A certificate with its key, kept in the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOON - timedelta(days=3650))
        .not_valid_after(NOON + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(public, private)
    return Certificate(server=server, trusting=ssl.create_default_context(cafile=str(public)))
