"""Settings that make sense only together: one of two given alone is refused, with what to set beside it."""

from collections.abc import Iterator, Mapping

from backends.setting_list import PREFIX, SETTINGS

_SIGNING_IN = "signing in needs both"
_SERVER = "nothing to connect to without it"
_NEEDS = (
    ("webhook_url", "webhook_secret", "notices are signed"),
    ("smtp_host", "smtp_from", "mail comes from somewhere"),
    ("smtp_user", "smtp_password", _SIGNING_IN),
    ("kafka_user", "kafka_password", _SIGNING_IN),
    ("kafka_password", "kafka_user", _SIGNING_IN),
    ("kafka_user", "kafka_servers", _SERVER),
    ("kafka_ca", "kafka_servers", _SERVER),
    ("elasticsearch_user", "elasticsearch_password", _SIGNING_IN),
    ("elasticsearch_password", "elasticsearch_user", _SIGNING_IN),
    ("elasticsearch_user", "elasticsearch_url", _SERVER),
    ("elasticsearch_ca", "elasticsearch_url", _SERVER),
)
_SECRETS = frozenset(setting.name for setting in SETTINGS if setting.kind.secret)


def half_given(values: Mapping[str, object], origins: Mapping[str, str]) -> list[str]:
    """One line for each setting that is missing beside another, or that would have no effect beside it."""
    missing = [
        f"{needed.upper()}= (needed by {origins[given]}): {why}, set {_how_to_set(needed)}"
        for given, needed, why in _NEEDS
        if values[given] and not values[needed]
    ]
    return [*missing, *_security_of_kafka(values, origins), *_certificates_of_elasticsearch(values, origins)]


def _security_of_kafka(values: Mapping[str, object], origins: Mapping[str, str]) -> Iterator[str]:
    security = str(values["kafka_security"])
    told = f"KAFKA_SECURITY={security} ({origins['kafka_security']})"
    signs_in, protected = security.startswith("sasl"), security.endswith("tls")
    if signs_in and not values["kafka_user"]:
        yield f"{told}: {_SIGNING_IN}, set kafka_user and {_how_to_set('kafka_password')}"
    if security == "sasl" and values["kafka_mechanism"] == "plain":
        yield f"{told}: the password would travel in the clear, use 'sasl_tls' or another kafka_mechanism"
    if values["kafka_user"] and not signs_in:
        yield f"{told}: nobody signs in that way, use 'sasl_tls' with kafka_user"
    if values["kafka_ca"] and not protected:
        yield f"{told}: no certificate is checked that way, use 'tls' or 'sasl_tls' with kafka_ca"
    if security != "plaintext" and not values["kafka_servers"]:
        yield f"KAFKA_SERVERS= (needed by {origins['kafka_security']}): {_SERVER}, set kafka_servers"


def _certificates_of_elasticsearch(values: Mapping[str, object], origins: Mapping[str, str]) -> Iterator[str]:
    url = str(values["elasticsearch_url"] or "")
    if values["elasticsearch_ca"] and url.startswith("http://"):
        told = f"ELASTICSEARCH_URL={url} ({origins['elasticsearch_url']})"
        yield f"{told}: no certificate is checked that way, use https with elasticsearch_ca"


def _how_to_set(name: str) -> str:
    return f"{PREFIX}{name.upper()}_FILE" if name in _SECRETS else name
