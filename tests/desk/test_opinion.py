"""The opinion level: from spread, never below the signed severity, and never the other way round (DESIGN §4.1.10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.incident import OpinionLevel, Severity
from desk.opinion import proposed_level
from tests.desk.scene import POLICY

L1, L2, L3, L4 = OpinionLevel


@pytest.mark.parametrize(
    ("posts", "level"),
    [(0, L4), (1, L4), (9, L4), (10, L3), (49, L3), (50, L2), (199, L2), (200, L1), (1_000_000, L1)],
)
def test_level_rises_with_the_posts_at_the_office_s_own_floors(posts: int, level: OpinionLevel) -> None:
    assert proposed_level(posts, None, POLICY) is level


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (None, L4),
        (Severity.ORDINARY, L4),
        (Severity.CONSIDERABLE, L3),
        (Severity.MAJOR, L2),
        (Severity.ESPECIALLY_MAJOR, L1),
    ],
)
def test_signed_severity_sets_the_floor(severity: Severity | None, level: OpinionLevel) -> None:
    assert proposed_level(1, severity, POLICY) is level


@given(st.integers(0, 500), st.none() | st.sampled_from(Severity))
def test_level_is_the_higher_of_the_two(posts: int, severity: Severity | None) -> None:
    together = proposed_level(posts, severity, POLICY)

    assert together == min(proposed_level(posts, None, POLICY), proposed_level(0, severity, POLICY))
