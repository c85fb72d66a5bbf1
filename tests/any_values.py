"""Hypothesis strategies for any value of the desk, by its types."""

from dataclasses import is_dataclass
from datetime import datetime, timedelta, timezone
from types import UnionType
from typing import TypeVar, cast, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from tests.build import NOON

T = TypeVar("T")

ZONES = st.builds(timezone, st.timedeltas(min_value=timedelta(hours=-23), max_value=timedelta(hours=23)))
SPANS = st.timedeltas(min_value=timedelta(days=-700_000), max_value=timedelta(days=2_900_000))
MOMENTS = st.builds(lambda span, zone: (NOON + span).astimezone(zone), SPANS, ZONES)


def values_of(kind: type[T]) -> st.SearchStrategy[T]:
    """Any value of a dataclass, all fields filled by their types: a field added later is tested too."""
    return st.builds(kind, **{name: any_of(hint) for name, hint in get_type_hints(kind).items()})


def any_of(hint: object) -> st.SearchStrategy[object]:
    """Any value of a type hint as the desk writes them."""
    if hint is datetime:
        return MOMENTS
    if hint is float:
        return st.floats(0, 1)
    if isinstance(hint, type) and is_dataclass(hint):
        return values_of(hint)
    if isinstance(hint, UnionType):
        return st.one_of([any_of(part) for part in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(any_of(get_args(hint)[0]), max_size=2).map(tuple)
    return st.from_type(cast("type[object]", hint))
