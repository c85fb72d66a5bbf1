"""One Kafka cluster: where it is, how we prove who we are, and what our topics and groups are called there."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypedDict

from kafka.errors import KafkaError, KafkaTimeoutError  # type: ignore[import-untyped]  # it ships no types

from desk.errors import BusError

PATIENCE = timedelta(seconds=10)
"""How long one call waits for the cluster before it is a BusError."""
_LONGEST_REASON = 200


class KafkaSecurity(StrEnum):
    """How the way to the cluster is protected."""

    PLAINTEXT = "plaintext"
    TLS = "tls"
    SASL = "sasl"
    SASL_TLS = "sasl_tls"


_PROTOCOLS = {
    KafkaSecurity.PLAINTEXT: "PLAINTEXT",
    KafkaSecurity.TLS: "SSL",
    KafkaSecurity.SASL: "SASL_PLAINTEXT",
    KafkaSecurity.SASL_TLS: "SASL_SSL",
}


class SaslMechanism(StrEnum):
    """How the password is proven: SCRAM never sends it; PLAIN does, which is why it goes over TLS only."""

    SCRAM_SHA_512 = "SCRAM-SHA-512"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    PLAIN = "PLAIN"


class ClientSettings(TypedDict, total=False):
    """What every client of the cluster is opened with."""

    bootstrap_servers: list[str]
    security_protocol: str
    ssl_cafile: str
    sasl_mechanism: str
    sasl_plain_username: str
    sasl_plain_password: str
    request_timeout_ms: int
    bootstrap_timeout_ms: int
    reconnect_backoff_max_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaCluster:
    """A cluster as the settings name it; an empty `ca_file` trusts the system's authorities."""

    servers: tuple[str, ...]
    prefix: str = "huiying"
    security: KafkaSecurity = KafkaSecurity.PLAINTEXT
    ca_file: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    mechanism: SaslMechanism = SaslMechanism.SCRAM_SHA_512

    def __post_init__(self) -> None:
        """Raises BusError for a password that would travel in the clear."""
        if self.security == KafkaSecurity.SASL and self.mechanism == SaslMechanism.PLAIN:
            raise BusError("kafka security sasl with PLAIN sends the password in the clear: use sasl_tls or SCRAM")

    def topic(self, topic: str) -> str:
        """What our topic is called on the cluster."""
        return f"{self.prefix}.{topic}"

    def group(self, group: str, topic: str) -> str:
        """What our group is called there; one per topic, so that readers of one never disturb those of another."""
        return f"{self.prefix}.{topic}.{group}"

    def client_settings(self, patience: timedelta = PATIENCE) -> ClientSettings:
        """How a client of this cluster is opened."""
        settings = ClientSettings(
            bootstrap_servers=list(self.servers),
            security_protocol=_PROTOCOLS[KafkaSecurity(self.security)],
            request_timeout_ms=milliseconds(patience),
            bootstrap_timeout_ms=milliseconds(patience),
            reconnect_backoff_max_ms=1_000,
        )
        if self.ca_file is not None:
            settings["ssl_cafile"] = str(self.ca_file)
        if self.security in (KafkaSecurity.SASL, KafkaSecurity.SASL_TLS):
            settings["sasl_mechanism"] = self.mechanism.value
            settings["sasl_plain_username"] = self.user
            settings["sasl_plain_password"] = self.password
        return settings

    @contextmanager
    def asked_to(self, doing: str) -> Iterator[None]:
        """Turns what goes wrong inside into a BusError of one line that names the servers."""
        # The library's own log repeats every failure many times over; the one error says it once.
        logging.getLogger("kafka").setLevel(logging.CRITICAL)
        try:
            yield
        except (KafkaError, OSError) as error:
            raise BusError(f"cannot {doing} kafka at {','.join(self.servers)}: {_reason(error)}") from error


def milliseconds(duration: timedelta) -> int:
    """A duration as Kafka counts it."""
    return duration // timedelta(milliseconds=1)


def _reason(error: Exception) -> str:
    if type(error) is KafkaTimeoutError:
        return "no answer in time"
    said = " ".join(str(error).split())[:_LONGEST_REASON]
    return said if said.startswith(type(error).__name__) else f"{type(error).__name__}: {said}"
