"""The way to Kafka under TLS and SASL: how clients are opened, and against a broker that asks for both."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backends.bus_kafka import KafkaBus
from backends.kafka_cluster import KafkaCluster, KafkaSecurity, SaslMechanism
from backends.kafka_reader import KafkaPace
from desk.errors import BusError
from desk.travel import POSTS
from tests.build import NOON
from tests.buses import poll, publish
from tests.engines import kafka_server
from tests.engines.java import jars
from tests.engines.kafka_server import KafkaServer
from tests.engines.server import free_ports

USER, PASSWORD = "desk", "open sesame"
SECURED = """\
listener.security.protocol.map=PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
listener.name.plaintext.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.plaintext.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
inter.broker.listener.name=INSIDE
"""


def a_certificate(folder: Path) -> None:
    """A certificate of 127.0.0.1 that vouches for itself, alone and together with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(NOON + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    vouched = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(vouched)
    (folder / "server.pem").write_bytes(private + vouched)


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("kafka")
    a_certificate(folder)
    server = KafkaServer(folder)
    (inside,) = free_ports(1)
    plain = kafka_server._PROPERTIES.format(port=server._port, controller=server._controller, folder=folder)
    both = plain.replace(",CONTROLLER://", f",INSIDE://127.0.0.1:{inside},CONTROLLER://").replace(
        f"advertised.listeners=PLAINTEXT://127.0.0.1:{server._port}",
        f"advertised.listeners=PLAINTEXT://127.0.0.1:{server._port},INSIDE://127.0.0.1:{inside}",
    )
    secured = SECURED.format(folder=folder, user=USER, password=PASSWORD).replace("SSL,C", "SSL,INSIDE:PLAINTEXT,C")
    properties = folder / "server.properties"
    properties.write_text(both + secured, encoding="utf-8")
    library = jars(Path(kafka_server.__file__).parent / "kafka")
    scram = f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]"
    format_log = ["kafka.tools.StorageTool", "format", "-t", kafka_server._CLUSTER, "-c", str(properties)]
    subprocess.run(["java", "-cp", f"{library}/*", *format_log, "--add-scram", scram], check=True, capture_output=True)
    server.start()
    yield server.settings["HUIYING_KAFKA_SERVERS"], folder / "ca.pem"
    server.stop()


def a_cluster(secured: tuple[str, Path], mechanism: SaslMechanism, password: str = PASSWORD) -> KafkaCluster:
    server, ca_file = secured
    return KafkaCluster(
        servers=(server,),
        prefix=mechanism.value.lower(),
        security=KafkaSecurity.SASL_TLS,
        ca_file=ca_file,
        user=USER,
        password=password,
        mechanism=mechanism,
    )


@pytest.mark.parametrize(
    ("security", "protocol"),
    [("plaintext", "PLAINTEXT"), ("tls", "SSL"), ("sasl", "SASL_PLAINTEXT"), ("sasl_tls", "SASL_SSL")],
)
def test_every_kind_of_security_opens_clients_with_its_protocol(security: str, protocol: str) -> None:
    cluster = KafkaCluster(servers=("a:1", "b:2"), security=KafkaSecurity(security), user=USER, password=PASSWORD)

    settings = cluster.client_settings()

    assert settings["security_protocol"] == protocol
    assert settings["bootstrap_servers"] == ["a:1", "b:2"]
    assert ("sasl_plain_password" in settings) == protocol.startswith("SASL")


def test_authority_is_given_to_clients_and_left_to_the_system_without_one() -> None:
    named = KafkaCluster(servers=("a:1",), security=KafkaSecurity.TLS, ca_file=Path("ca.pem"))
    unnamed = KafkaCluster(servers=("a:1",), security=KafkaSecurity.TLS)

    assert named.client_settings()["ssl_cafile"] == "ca.pem"
    assert "ssl_cafile" not in unnamed.client_settings()


def test_password_is_never_sent_in_the_clear() -> None:
    with pytest.raises(BusError, match="sends the password in the clear: use sasl_tls or SCRAM"):
        KafkaCluster(servers=("a:1",), security=KafkaSecurity.SASL, mechanism=SaslMechanism.PLAIN)

    proven = KafkaCluster(servers=("a:1",), security=KafkaSecurity.SASL, user=USER, password=PASSWORD)
    assert proven.client_settings()["sasl_mechanism"] == "SCRAM-SHA-512"


def test_password_is_not_shown() -> None:
    assert PASSWORD not in repr(KafkaCluster(servers=("a:1",), password=PASSWORD))


@pytest.mark.engine
@pytest.mark.parametrize("mechanism", [SaslMechanism.SCRAM_SHA_512, SaslMechanism.PLAIN])
def test_records_travel_over_tls_to_who_proves_the_password(
    secured: tuple[str, Path], mechanism: SaslMechanism
) -> None:
    bus = KafkaBus(a_cluster(secured, mechanism), partitions=1)
    publish(bus, b"1")

    with bus.subscribe(POSTS, group="screen") as reader:
        assert poll(reader) == [b"1"]
    bus.close()


@pytest.mark.engine
def test_wrong_password_is_one_clear_line_without_it(secured: tuple[str, Path]) -> None:
    cluster = a_cluster(secured, SaslMechanism.SCRAM_SHA_512, password="guessed")

    with pytest.raises(BusError, match=r"^cannot reach kafka at 127\.0\.0\.1:\d+: [^\n]+$") as refusal:
        KafkaBus(cluster, pace=KafkaPace(patience=timedelta(seconds=2)))

    assert "guessed" not in str(refusal.value)


@pytest.mark.engine
def test_broker_that_the_authority_does_not_vouch_for_is_refused(secured: tuple[str, Path], tmp_path: Path) -> None:
    a_certificate(tmp_path)
    server, _ = secured
    cluster = a_cluster((server, tmp_path / "ca.pem"), SaslMechanism.PLAIN)

    with pytest.raises(BusError, match="cannot reach kafka"):
        KafkaBus(cluster, pace=KafkaPace(patience=timedelta(seconds=2)))
