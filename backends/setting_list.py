"""What an office may set, one line each: its name, its default, what it is for and what it may be."""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from backends.setting_kinds import (
    Kind,
    address,
    codes,
    count,
    database,
    file,
    file_or_nothing,
    flag,
    folder,
    one_of,
    page,
    secret,
    servers,
    text,
    text_or_nothing,
    token,
    words,
    zone,
)

T = TypeVar("T")

PREFIX = "HUIYING_"
"""What the names of settings begin with in the environment."""

_SHIPPED_POLICY = Path(__file__).resolve().parents[1] / "policy.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[T]):
    """One thing an office may set."""

    name: str
    default: str
    help: str
    kind: Kind[T]

    @property
    def allowed(self) -> str:
        """The values it takes, in words."""
        return self.kind.allowed

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return PREFIX + self.name.upper()


_NAME = text(pattern=r"[^\x00-\x1f]{1,60}", allowed="a name of 1 to 60 characters on one line")
_NUMBER_PREFIX = text(pattern=r"[^\W_]{1,8}", allowed="1 to 8 letters or digits")
_HOST = text_or_nothing(pattern=r"[A-Za-z0-9.:-]{1,253}", allowed="a host name or an IP address")
_MAIL = text_or_nothing(
    pattern=r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}", allowed="a mail address such as desk@example.gov.cn"
)
_USER = text_or_nothing(pattern=r"[\x20-\x7e]{1,200}", allowed="a name of letters, digits and signs")
_ENGINE_PREFIX = text(pattern="[a-z][a-z0-9-]{0,31}", allowed="1 to 32 small letters, digits or '-', a letter first")
_SECURITY = one_of("plaintext", "tls", "sasl", "sasl_tls")
_MECHANISM = one_of("scram-sha-512", "scram-sha-256", "plain")
_LISTENING = text(pattern=r"[0-9a-fA-F.:]{2,45}", allowed="an IP address")
_LEVEL = one_of("debug", "info", "warning", "error")

DATA = Setting(name="data", default="./var", help="folder of all that the desk keeps", kind=folder())
OFFICE_NAME = Setting(name="office_name", default="未设置", help="name of the office on every page", kind=_NAME)
OFFICE_PREFIX = Setting(name="office_prefix", default="回应", help="start of incident numbers", kind=_NUMBER_PREFIX)
OFFICE_ZONE = Setting(name="office_zone", default="Asia/Shanghai", help="time zone of the office", kind=zone())
JURISDICTION = Setting(name="jurisdiction", default="", help="division codes the office answers for", kind=codes())
WATCH_WORDS = Setting(name="watch_words", default="", help="words that mean the office's own area", kind=words())
WEBHOOK_URL = Setting(name="webhook_url", default="", help="where notices are posted", kind=address())
WEBHOOK_SECRET = Setting(name="webhook_secret", default="", help="key that signs notices", kind=secret(16))
SMTP_HOST = Setting(name="smtp_host", default="", help="mail server that notices go through", kind=_HOST)
SMTP_PORT = Setting(name="smtp_port", default="587", help="its port; 465 is TLS from the start", kind=count(1, 65535))
SMTP_STARTTLS = Setting(name="smtp_starttls", default="yes", help="protect the connection by STARTTLS", kind=flag())
SMTP_FROM = Setting(name="smtp_from", default="", help="mail address notices come from", kind=_MAIL)
SMTP_USER = Setting(name="smtp_user", default="", help="name to sign in to the mail server with", kind=_USER)
SMTP_PASSWORD = Setting(name="smtp_password", default="", help="password to sign in with", kind=secret(1))
OUTSIDE_CHANNELS = Setting(
    name="outside_channels", default="no", help="let notices go to chat robots and SMS gateways", kind=flag()
)
BOARD_URL = Setting(
    name="board_url", default="http://127.0.0.1:8765", help="where people reach the board, for links", kind=page()
)
POLICY = Setting(name="policy", default=str(_SHIPPED_POLICY), help="file of the rules", kind=file())
SOURCES = Setting(name="sources", default="sources.toml", help="file of the sources to collect", kind=file())
WEIBO_TOKEN = Setting(name="weibo_token", default="", help="access token of the Weibo open platform", kind=token())
LOG_LEVEL = Setting(name="log_level", default="info", help="least important line to log", kind=_LEVEL)
BATCH = Setting(name="batch", default="500", help="posts per batch", kind=count(1, 5000))
WEB_PORT = Setting(name="web_port", default="8765", help="port of the board on this machine", kind=count(1024, 65535))
WEB_HOST = Setting(name="web_host", default="127.0.0.1", help="address the board listens on", kind=_LISTENING)
PREFECT_PORT = Setting(
    name="prefect_port", default="4200", help="port of Prefect on this machine", kind=count(1024, 65535)
)
POST_DAYS = Setting(name="post_days", default="30", help="days a post is kept", kind=count(1, 365))
CLOSED_DAYS = Setting(
    name="closed_days", default="90", help="days an incident's posts are kept once it is closed", kind=count(1, 365)
)
KAFKA_SERVERS = Setting(
    name="kafka_servers",
    default="",
    help="Kafka of the real desk; the bus file by default",
    kind=servers(),
)
KAFKA_SECURITY = Setting(name="kafka_security", default="plaintext", help="how Kafka is spoken to", kind=_SECURITY)
KAFKA_CA = Setting(name="kafka_ca", default="", help="certificates that Kafka's is checked by", kind=file_or_nothing())
KAFKA_USER = Setting(name="kafka_user", default="", help="name to sign in to Kafka with", kind=_USER)
KAFKA_MECHANISM = Setting(
    name="kafka_mechanism", default="scram-sha-512", help="how the password is proven to Kafka", kind=_MECHANISM
)
KAFKA_PASSWORD = Setting(name="kafka_password", default="", help="password to sign in to Kafka with", kind=secret(1))
ELASTICSEARCH_URL = Setting(
    name="elasticsearch_url", default="", help="Elasticsearch of the real desk; SQLite by default", kind=address()
)
ELASTICSEARCH_CA = Setting(
    name="elasticsearch_ca", default="", help="certificates that Elasticsearch's is checked by", kind=file_or_nothing()
)
ELASTICSEARCH_USER = Setting(
    name="elasticsearch_user", default="", help="name to sign in to Elasticsearch with", kind=_USER
)
ELASTICSEARCH_PASSWORD = Setting(
    name="elasticsearch_password", default="", help="password to sign in to Elasticsearch with", kind=secret(1)
)
DATABASE_URL = Setting(
    name="database_url", default="", help="PostgreSQL of the real desk; SQLite by default", kind=database()
)
ENGINE_PREFIX = Setting(
    name="engine_prefix", default="huiying", help="start of topic and index names", kind=_ENGINE_PREFIX
)

SETTINGS = (
    DATA,
    OFFICE_NAME,
    OFFICE_PREFIX,
    OFFICE_ZONE,
    JURISDICTION,
    WATCH_WORDS,
    WEBHOOK_URL,
    WEBHOOK_SECRET,
    SMTP_HOST,
    SMTP_PORT,
    SMTP_STARTTLS,
    SMTP_FROM,
    SMTP_USER,
    SMTP_PASSWORD,
    OUTSIDE_CHANNELS,
    BOARD_URL,
    POLICY,
    SOURCES,
    WEIBO_TOKEN,
    LOG_LEVEL,
    BATCH,
    WEB_PORT,
    WEB_HOST,
    PREFECT_PORT,
    POST_DAYS,
    CLOSED_DAYS,
    KAFKA_SERVERS,
    KAFKA_SECURITY,
    KAFKA_CA,
    KAFKA_USER,
    KAFKA_MECHANISM,
    KAFKA_PASSWORD,
    ELASTICSEARCH_URL,
    ELASTICSEARCH_CA,
    ELASTICSEARCH_USER,
    ELASTICSEARCH_PASSWORD,
    DATABASE_URL,
    ENGINE_PREFIX,
)
