"""What travels and what is stored, to and from JSON bytes: versioned, strict, every time in UTC."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite
from types import NoneType
from typing import TypeVar

import msgspec

from desk.errors import BadPost, HuiyingError, StoreError
from desk.post import Observation, Post
from desk.travel import DeadRecord, FlaggedPost, Travelling

CURRENT_VERSION = 1
READABLE_VERSIONS = (CURRENT_VERSION - 1, CURRENT_VERSION)
MAX_RECORD_BYTES = 10_000_000
"""A record above this is no post. Dead records have no bound: they hold whatever was refused."""

_KINDS: dict[str, type[Travelling]] = {
    "post": Post,
    "observation": Observation,
    "flagged": FlaggedPost,
    "dead": DeadRecord,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
# ValueError: msgspec's own, bytes that are no UTF-8, numbers without end. RecursionError: JSON nested too deeply.
_UNREADABLE = (ValueError, RecursionError)
_HARMLESS = frozenset({str, int, bool, NoneType})
T = TypeVar("T")


class _Unwritable(Exception):
    """What is wrong in a value, and where."""


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    kind: str
    body: msgspec.Raw


_envelopes = msgspec.json.Decoder(_Envelope)
_bodies: dict[str, Callable[[bytes | msgspec.Raw], Travelling]] = {
    name: msgspec.json.Decoder(kind).decode for name, kind in _KINDS.items()
}


class JsonCodec:
    """One JSON envelope per record: the version `v`, the `kind`, and the `body` with exactly the kind's fields.

    A field that the kind does not have is refused, so that nothing about an author can be smuggled in.
    """

    def encode(self, travelling: Travelling) -> bytes:
        """The bytes of the current version. Raises BadPost for what could not be read again."""
        name = _NAMES[type(travelling)]
        body = _json(_plain(travelling, name, BadPost), name, BadPost)
        record = b'{"v":%d,"kind":"%s","body":%s}' % (CURRENT_VERSION, name.encode(), body)
        _refuse_oversized(name, record)
        return record

    def decode(self, record: bytes) -> Travelling:
        """What the bytes say. Raises BadPost naming what is wrong and where."""
        envelope = _opened(record)
        _refuse_oversized(envelope.kind, record)
        try:
            return _checked(_bodies[envelope.kind](envelope.body), envelope)
        except _UNREADABLE as error:
            raise BadPost(f"{envelope.kind} cannot be read: {_reason(error)}") from None


def encode_value(value: object) -> bytes:
    """A value of the desk as JSON for a store: sorted keys, times in UTC, so that equal values give equal bytes.

    Raises StoreError for a time without a zone or a number that is none.
    """
    name = type(value).__name__
    return _json(_plain(value, name, StoreError), name, StoreError)


def decode_value(stored: bytes, kind: type[T]) -> T:
    """The value that `encode_value` wrote. Raises StoreError when the bytes are not of that kind."""
    try:
        return msgspec.json.decode(stored, type=kind)
    except _UNREADABLE as error:
        raise StoreError(f"stored {kind.__name__} cannot be read: {_reason(error)}") from None


def _opened(record: bytes) -> _Envelope:
    try:
        envelope = _envelopes.decode(record)
    except _UNREADABLE as error:
        raise BadPost(f"record is no envelope: {_reason(error)}") from None
    if envelope.v not in READABLE_VERSIONS:
        oldest, newest = READABLE_VERSIONS
        raise BadPost(f"record is of version {envelope.v}, this program reads {oldest} to {newest}")
    if envelope.kind not in _KINDS:
        raise BadPost(f"record is of the unknown kind {_short(envelope.kind)}, known are {', '.join(_KINDS)}")
    return envelope


def _checked(travelling: Travelling, envelope: _Envelope) -> Travelling:
    plain = _plain(travelling, envelope.kind, BadPost)
    # Our own writer's bytes come out the same again: one comparison in C proves that there is nothing more in them.
    if _json(plain, envelope.kind, BadPost) == bytes(envelope.body):
        return travelling
    stranger = next(_strangers(msgspec.json.decode(envelope.body), plain, "$"), None)
    if stranger is not None:
        raise BadPost(f"{envelope.kind} has the unknown field {_short(stranger)}")
    return msgspec.convert(plain, type(travelling))


def _strangers(found: object, understood: object, path: str) -> Iterator[str]:
    """Paths of the fields that were in the bytes and are not in what was understood of them."""
    if isinstance(found, dict) and isinstance(understood, dict):
        for name, value in found.items():
            if name not in understood:
                yield f"{path}.{name}"
            else:
                yield from _strangers(value, understood[name], f"{path}.{name}")
    elif isinstance(found, list) and isinstance(understood, list | tuple):
        for position, (left, right) in enumerate(zip(found, understood, strict=True)):
            yield from _strangers(left, right, f"{path}[{position}]")


def _plain(value: object, name: str, failure: type[HuiyingError]) -> object:
    """The value as JSON types and moments in UTC; refuses what could be written but not read again."""
    plain = msgspec.to_builtins(value, builtin_types=(datetime,), order="sorted", enc_hook=_as_dict)
    try:
        return _settled(plain, ("$",))
    except _Unwritable as error:
        raise failure(f"{name} has {error}") from None


def _as_dict(value: object) -> object:
    """The desk's types say Mapping; msgspec by itself writes dicts only."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no way to write a {type(value).__name__}")


def _settled(plain: object, path: tuple[object, ...]) -> object:
    if isinstance(plain, dict):
        for name, value in plain.items():
            if type(value) not in _HARMLESS:
                plain[name] = _settled(value, (*path, name))
        return plain
    if isinstance(plain, list | tuple):
        return [_settled(value, (*path, position)) for position, value in enumerate(plain)]
    if isinstance(plain, datetime):
        return _in_utc(plain, path)
    if isinstance(plain, float) and not isfinite(plain):
        raise _Unwritable(f"no number at {_spelled(path)}: {plain}")
    return plain


def _in_utc(moment: datetime, path: tuple[object, ...]) -> datetime:
    if moment.tzinfo is None:
        raise _Unwritable(f"a time without a zone at {_spelled(path)}: {moment.isoformat()}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _Unwritable(f"a time out of range at {_spelled(path)}: {moment.isoformat()}") from None


def _spelled(path: tuple[object, ...]) -> str:
    return ".".join(str(step) for step in path)


def _json(plain: object, name: str, failure: type[HuiyingError]) -> bytes:
    try:
        return msgspec.json.encode(plain)
    except (ValueError, OverflowError) as error:  # Half a surrogate pair, a number without end.
        raise failure(f"{name} cannot be written: {error}") from None


def _refuse_oversized(name: str, record: bytes) -> None:
    if len(record) > MAX_RECORD_BYTES and name != _NAMES[DeadRecord]:
        raise BadPost(f"{name} has {len(record)} bytes, at most {MAX_RECORD_BYTES} are taken")


def _reason(error: Exception) -> str:
    text = "nested too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())[:200]
    return text if text.startswith("JSON") else text[:1].lower() + text[1:]


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}…")
