"""Settings of the engines: where they are, how they are spoken to, and that nobody sees a password."""

from pathlib import Path

import pytest

from backends.settings import load_settings
from desk.errors import BadSettings

PASSWORD = "hunter22"
PLAIN = {"KAFKA_SERVERS": "k:1", "KAFKA_USER": "desk", "KAFKA_PASSWORD": "x"}
SIGNED_IN = {"HUIYING_KAFKA_USER": "desk", "HUIYING_KAFKA_PASSWORD": PASSWORD, "HUIYING_KAFKA_SERVERS": "k:9092"}


def problems_of(environ: dict[str, str], folder: Path) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as refusal:
        load_settings({}, environ, folder)
    return refusal.value.problems


def test_an_office_that_sets_no_engine_stays_in_its_folder(tmp_path: Path) -> None:
    settings = load_settings({}, {}, tmp_path)

    assert (settings.kafka_servers, settings.elasticsearch_url, settings.database_url) == ((), None, None)
    assert (settings.kafka_security, settings.engine_prefix) == ("plaintext", "huiying")


def test_what_the_tests_are_told_of_their_engines_is_no_setting(tmp_path: Path) -> None:
    settings = load_settings({}, {"HUIYING_TEST_KAFKA": "127.0.0.1:1", "HUIYING_TEST_POSTGRESQL": "x"}, tmp_path)

    assert settings.kafka_servers == ()


def test_several_servers_are_written_with_commas(tmp_path: Path) -> None:
    settings = load_settings({"kafka_servers": "kafka-1.example:9092，10.0.0.2:9092,[::1]:9092"}, {}, tmp_path)

    assert settings.kafka_servers == ("kafka-1.example:9092", "10.0.0.2:9092", "[::1]:9092")


@pytest.mark.parametrize("servers", ["kafka", "kafka:0", "kafka:65536", "https://kafka:9092", "a:1 b:2", "用:1"])
def test_what_is_no_server_is_refused(servers: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"HUIYING_KAFKA_SERVERS": servers}, tmp_path)

    assert "use servers such as 'kafka-1.example:9092'" in problem


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_the_database_is_postgresql_by_either_name(scheme: str, tmp_path: Path) -> None:
    environ = {"HUIYING_DATABASE_URL": f"{scheme}://desk:{PASSWORD}@db.example:5432/huiying?sslmode=verify-full"}

    settings = load_settings({}, environ, tmp_path)

    assert settings.database_url == (
        f"postgresql+psycopg://desk:{PASSWORD}@db.example:5432/huiying?sslmode=verify-full"
    )


def test_the_address_of_the_database_is_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"postgresql://desk:{PASSWORD}@db.example/huiying\n", encoding="utf-8")

    settings = load_settings({}, {"HUIYING_DATABASE_URL_FILE": "secret"}, tmp_path)

    assert settings.shown["database_url"] == "••••"
    assert PASSWORD not in repr(settings)
    assert PASSWORD in (settings.database_url or "")


@pytest.mark.parametrize(
    "url", ["mysql://h/db", "postgresql://h", "postgresql:///db", "postgresql://h:0/db", "sqlite:///x", "h/db"]
)
def test_what_is_no_database_of_ours_is_refused_and_not_told(url: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"HUIYING_DATABASE_URL": url}, tmp_path)

    assert problem == (
        "DATABASE_URL=•••• (environment HUIYING_DATABASE_URL):"
        " use an address such as postgresql://desk@db.example/huiying, or nothing"
    )


@pytest.mark.parametrize("prefix", ["", "Huiying", "9desk", "-desk", "desk_1", "desk.1", "x" * 33, "回应"])
def test_a_prefix_every_engine_takes(prefix: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"HUIYING_ENGINE_PREFIX": prefix}, tmp_path)

    assert problem.endswith("use 1 to 32 small letters, digits or '-', a letter first")


@pytest.mark.parametrize("security", ["sasl", "sasl_tls"])
def test_who_signs_in_to_kafka_does_so_with_name_and_password(security: str, tmp_path: Path) -> None:
    settings = load_settings({}, {**SIGNED_IN, "HUIYING_KAFKA_SECURITY": security}, tmp_path)

    assert (settings.kafka_user, settings.kafka_password) == ("desk", PASSWORD)
    assert PASSWORD not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"KAFKA_SERVERS": "k:1", "KAFKA_SECURITY": "sasl"}, "KAFKA_SECURITY=sasl"),
        ({"KAFKA_SERVERS": "k:1", "KAFKA_SECURITY": "sasl", "KAFKA_USER": "desk"}, "set HUIYING_KAFKA_PASSWORD_FILE"),
        ({"KAFKA_SERVERS": "k:1", "KAFKA_USER": "desk", "KAFKA_PASSWORD": "x"}, "nobody signs in that way"),
        (
            {"KAFKA_SECURITY": "sasl", "KAFKA_MECHANISM": "plain", **PLAIN},
            "the password would travel in the clear",
        ),
        ({"KAFKA_SERVERS": "k:1", "KAFKA_CA": "ca.pem"}, "no certificate is checked that way"),
        ({"KAFKA_SERVERS": "k:1", "KAFKA_CA": "ca.pem", "KAFKA_SECURITY": "tls"}, ""),
        ({"KAFKA_SECURITY": "tls"}, "KAFKA_SERVERS= (needed by environment HUIYING_KAFKA_SECURITY)"),
        ({"ELASTICSEARCH_URL": "https://e", "ELASTICSEARCH_USER": "x"}, "set HUIYING_ELASTICSEARCH_PASSWORD_FILE"),
        ({"ELASTICSEARCH_URL": "https://e", "ELASTICSEARCH_PASSWORD": "x"}, "set elasticsearch_user"),
        ({"ELASTICSEARCH_CA": "ca.pem"}, "set elasticsearch_url"),
        ({"ELASTICSEARCH_URL": "http://e", "ELASTICSEARCH_CA": "ca.pem"}, "use https with elasticsearch_ca"),
        ({"ELASTICSEARCH_URL": "https://e", "ELASTICSEARCH_CA": "ca.pem"}, ""),
    ],
)
def test_one_of_two_that_belong_together_is_told(environ: dict[str, str], told: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()

    try:
        load_settings({}, {f"HUIYING_{name}": value for name, value in environ.items()}, tmp_path)
        problems: tuple[str, ...] = ("",)
    except BadSettings as refusal:
        problems = refusal.problems

    assert len(problems) == 1
    assert told in problems[0]
    assert bool(told) == bool(problems[0])


def test_a_named_file_of_certificates_must_be_there(tmp_path: Path) -> None:
    environ = {"HUIYING_KAFKA_SERVERS": "k:1", "HUIYING_KAFKA_SECURITY": "tls", "HUIYING_KAFKA_CA": "missing.pem"}

    (problem,) = problems_of(environ, tmp_path)

    assert problem == (f"KAFKA_CA=missing.pem (environment HUIYING_KAFKA_CA): no such file {tmp_path / 'missing.pem'}")
