"""What a store keeps as JSON comes back as it was, and equal values are equal bytes."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backends.codec import decode_value, encode_value
from desk.change import Event, Notice
from desk.errors import StoreError
from desk.incident import Incident
from desk.post import Observation, ScreenedPost, Verdict
from desk.release import Element, Release, ReleaseKind
from tests.any_values import values_of
from tests.build import HOUR, NOON, a_post, a_screened_post


@pytest.mark.parametrize("kind", [ScreenedPost, Verdict, Event, Notice, Observation, Incident])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_stored_values_come_back_as_they_were(kind: type[object], drawn: st.DataObject) -> None:
    value = drawn.draw(values_of(kind))

    assert decode_value(encode_value(value), kind) == value


def test_equal_values_are_stored_as_equal_bytes_in_the_order_of_their_names() -> None:
    one = _release(frozenset([Element.STANCE, Element.FACTS, Element.POLICY, Element.OUTCOME]))
    other = _release(frozenset([Element.OUTCOME, Element.POLICY, Element.FACTS, Element.STANCE]))
    names = list(json.loads(encode_value(one)))

    assert encode_value(one) == encode_value(other)
    assert names == sorted(names)


def test_facts_of_an_event_are_stored_in_the_order_of_their_names() -> None:
    one = Event(kind="opened", at=NOON, recorded_at=NOON, by="desk", facts={"a": 1, "b": None})
    other = Event(kind="opened", at=NOON, recorded_at=NOON, by="desk", facts={"b": None, "a": 1})

    assert encode_value(one) == encode_value(other)


def test_value_with_a_time_without_a_zone_is_not_stored() -> None:
    screened = a_screened_post(post=a_post(collected_at=NOON.replace(tzinfo=None)))

    with pytest.raises(StoreError, match=r"^ScreenedPost has a time without a zone at \$\.post\.collected_at"):
        encode_value(screened)


@pytest.mark.parametrize("stored", [b"", b"{}", b"[1]", b"\xff", b"[" * 100_000])
def test_damaged_stored_value_is_refused_by_its_kind(stored: bytes) -> None:
    with pytest.raises(StoreError, match=r"^stored Verdict cannot be read: "):
        decode_value(stored, Verdict)


def _release(elements: frozenset[Element]) -> Release:
    return Release(
        id="r1",
        kind=ReleaseKind.FIRST,
        channel="yunzhou-weibo",
        published_at=NOON,
        entered_at=NOON + HOUR,
        entered_by="officer-1",
        elements=elements,
    )
