"""What the value of a setting may be: each kind reads what was given, or says in one line what to write instead."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

T = TypeVar("T")

_LAST_PORT = 65535
_SEPARATORS = re.compile("[,，、;；\n]")  # people separate names with what their keyboard offers
_CODE = re.compile("[0-9]{6}")
_SERVER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}:[0-9]{1,5}|\[[0-9A-Fa-f:]{2,45}\]:[0-9]{1,5}")
_POSTGRESQL = re.compile(r"postgresql(?:\+psycopg)?://")
_TOKEN = re.compile(r"[\x21-\x7e]{8,512}")
_CREDENTIALS = re.compile("//[^/?#]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """One kind of value; `read(given, base)` raises ValueError with a hint, relative paths start at `base`."""

    allowed: str
    read: Callable[[object, Path], T]
    secret: bool = False
    file: bool = False


def text(*, pattern: str, allowed: str) -> Kind[str]:
    """A short text that matches the whole pattern."""

    def read(given: object, _: Path) -> str:
        found = _text(given)
        if re.fullmatch(pattern, found) is None:
            raise ValueError(f"use {allowed}")
        return found

    return Kind(allowed=allowed, read=read)


def text_or_nothing(*, pattern: str, allowed: str) -> Kind[str | None]:
    """A short text that matches the whole pattern, or nothing."""
    some = text(pattern=pattern, allowed=f"{allowed}, or nothing")

    def read(given: object, base: Path) -> str | None:
        return some.read(given, base) if _text(given) else None

    return Kind(allowed=some.allowed, read=read)


def one_of(*choices: str) -> Kind[str]:
    """One of a few words."""
    quoted = [f"'{choice}'" for choice in choices]
    allowed = f"{', '.join(quoted[:-1])} or {quoted[-1]}"

    def read(given: object, _: Path) -> str:
        if _text(given) not in choices:
            raise ValueError(f"use {allowed}")
        return _text(given)

    return Kind(allowed=allowed, read=read)


def flag() -> Kind[bool]:
    """Yes or no."""
    allowed = "'yes' or 'no'"

    def read(given: object, _: Path) -> bool:
        found = str(given).strip().lower() if isinstance(given, bool | str) else ""
        if found not in ("yes", "true", "no", "false"):
            raise ValueError(f"use {allowed}")
        return found in ("yes", "true")

    return Kind(allowed=allowed, read=read)


def count(lowest: int, highest: int) -> Kind[int]:
    """A whole number, both bounds included."""
    allowed = f"a whole number from {lowest} to {highest}"

    def read(given: object, _: Path) -> int:
        digits = "" if isinstance(given, bool) else str(given).strip()
        # A length limit, because int() refuses thousands of digits with an error of its own.
        number = int(digits) if re.fullmatch("[0-9]{1,9}", digits) else lowest - 1
        if not lowest <= number <= highest:
            raise ValueError(f"use {allowed}")
        return number

    return Kind(allowed=allowed, read=read)


def words() -> Kind[tuple[str, ...]]:
    """Words in their order, each once."""
    return Kind(allowed="words with commas between them, or a list of strings", read=lambda given, _: _words(given))


def codes() -> Kind[tuple[str, ...]]:
    """Division codes of six digits."""
    allowed = "six-digit division codes such as '530100' with commas between them, or a list of strings"

    def read(given: object, _: Path) -> tuple[str, ...]:
        found = _words(given)
        wrong = [code for code in found if _CODE.fullmatch(code) is None]
        if wrong:
            raise ValueError(f"'{wrong[0]}' is no division code, use {allowed}")
        return found

    return Kind(allowed=allowed, read=read)


def servers() -> Kind[tuple[str, ...]]:
    """Servers by name and port."""
    allowed = "servers such as 'kafka-1.example:9092' with commas between them, a list of strings, or nothing"

    def read(given: object, _: Path) -> tuple[str, ...]:
        found = _words(given)
        if not all(_SERVER.fullmatch(each) and 0 < int(each.rpartition(":")[2]) <= _LAST_PORT for each in found):
            raise ValueError(f"use {allowed}")
        return found

    return Kind(allowed=allowed, read=read)


def database() -> Kind[str | None]:
    """A PostgreSQL database, or nothing; the address may hold the password, so nobody sees it."""
    allowed = "an address such as postgresql://desk@db.example/huiying, or nothing"

    def read(given: object, _: Path) -> str | None:
        found = _text(given)
        if found and not _is_database(found):
            raise ValueError(f"use {allowed}")
        return _POSTGRESQL.sub("postgresql+psycopg://", found, count=1) or None

    return Kind(allowed=allowed, read=read, secret=True)


def zone() -> Kind[ZoneInfo]:
    """A time zone of the IANA database."""
    allowed = "an IANA time zone such as 'Asia/Shanghai'"

    def read(given: object, _: Path) -> ZoneInfo:
        try:
            return ZoneInfo(_text(given))
        except (ValueError, OSError, LookupError):  # an unknown name is a LookupError, a folder of zones an OSError
            raise ValueError(f"use {allowed}") from None

    return Kind(allowed=allowed, read=read)


def address() -> Kind[str | None]:
    """A web address without credentials, or nothing."""
    allowed = "an http or https address without user name and password, or nothing"

    def read(given: object, _: Path) -> str | None:
        found = _text(given)
        if found and (_CREDENTIALS.search(found) or not _is_web_address(found)):
            raise ValueError(f"use {allowed}")
        return found or None

    return Kind(allowed=allowed, read=read)


def page() -> Kind[str]:
    """The web address of a page, without credentials and without a slash at its end."""
    allowed = "an http or https address without user name and password"

    def read(given: object, _: Path) -> str:
        found = _text(given)
        if _CREDENTIALS.search(found) or not _is_web_address(found) or "?" in found or "#" in found:
            raise ValueError(f"use {allowed}")
        return found.rstrip("/")

    return Kind(allowed=allowed, read=read)


def secret(shortest: int) -> Kind[str | None]:
    """Something nobody but the two ends may know, or nothing."""
    allowed = f"at least {shortest} characters, or nothing"

    def read(given: object, _: Path) -> str | None:
        found = _text(given)
        if 0 < len(found) < shortest:
            raise ValueError(f"use {allowed}")
        return found or None

    return Kind(allowed=allowed, read=read, secret=True)


def token() -> Kind[str | None]:
    """A token that somebody else made and that stands in a header, or nothing."""
    allowed = "the letters, digits and signs of a token, or nothing"

    def read(given: object, _: Path) -> str | None:
        found = _text(given)
        if found and _TOKEN.fullmatch(found) is None:
            raise ValueError(f"use {allowed}")
        return found or None

    return Kind(allowed=allowed, read=read, secret=True)


def folder() -> Kind[Path]:
    """A folder that may be made later."""
    return Kind(allowed="a folder, it is made when missing", read=_path)


def file() -> Kind[Path]:
    """A file; when somebody names one, it must be there."""
    return Kind(allowed="an existing file", read=_path, file=True)


def file_or_nothing() -> Kind[Path | None]:
    """A file that must be there, or nothing."""

    def read(given: object, base: Path) -> Path | None:
        return _path(given, base) if _text(given) else None

    return Kind(allowed="an existing file, or nothing", read=read, file=True)


def masked(kind: Kind[T], given: object) -> str:
    """What may be shown of a value: nothing of a secret, nor of an address that carries a password."""
    shown = ",".join(str(part) for part in given) if isinstance(given, (list, tuple)) else str(given)
    if shown and (kind.secret or _CREDENTIALS.search(shown)):
        return "••••"
    return shown


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise ValueError("write the value in quotes")  # noqa: TRY004  # every hint comes as one kind of error
    return given.strip()


def _words(given: object) -> tuple[str, ...]:
    parts = given if isinstance(given, list) else _SEPARATORS.split(_text(given))
    if not all(isinstance(part, str) for part in parts):
        raise ValueError("write each entry of the list in quotes")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _path(given: object, base: Path) -> Path:
    found = _text(given)
    if not found or "\0" in found:
        raise ValueError("name a path")
    return (base / found).absolute()


def _is_database(found: str) -> bool:
    try:
        parts = urlsplit(found)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and len(parts.path) > 1 and _POSTGRESQL.match(found) is not None and found.isprintable()


def _is_web_address(found: str) -> bool:
    try:
        parts = urlsplit(found)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets without an address between them, or a port beyond 65535
        return False
    return named and parts.scheme in ("http", "https") and found.isprintable() and " " not in found
