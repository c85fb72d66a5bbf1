"""The order of time as positions: cells never contradict it, and a full one refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.posts_order import (
    BEFORE_ALL_IDS,
    BEHIND_ALL_IDS,
    cell_at,
    cell_of,
    first_position,
    last_position,
    next_position,
)
from desk.errors import StoreError
from desk.moments import to_microseconds
from tests.build import NOON, an_id

MICROSECONDS = st.integers(-(10**17), 3 * 10**17) | st.integers(0, 3_000_000)
IDS = st.text(alphabet="0123456789abcdef", max_size=4) | st.text(max_size=4)
FULL = 1 << 16


@given(MICROSECONDS, IDS, MICROSECONDS, IDS)
def test_post_of_a_higher_cell_always_comes_first(one: int, one_id: str, other: int, other_id: str) -> None:
    first, second = sorted([(one, one_id), (other, other_id)], key=lambda post: (-post[0], post[1]))

    assert cell_of(*first) >= cell_of(*second)


@given(MICROSECONDS, IDS)
def test_cells_of_a_moment_lie_between_those_of_its_outermost_ids(moment: int, post_id: str) -> None:
    assert cell_of(moment, BEHIND_ALL_IDS) <= cell_of(moment, post_id) <= cell_of(moment, BEFORE_ALL_IDS)


@given(MICROSECONDS, IDS)
def test_position_lies_in_its_cell_and_fits_into_a_row_id(moment: int, post_id: str) -> None:
    cell = cell_of(moment, post_id)

    assert cell_at(first_position(cell)) == cell_at(last_position(cell)) == cell
    assert 0 <= first_position(cell) < last_position(cell) < 1 << 63


def test_posts_of_one_whole_second_are_spread_by_their_ids() -> None:
    noon = to_microseconds(NOON)

    cells = {cell_of(noon, f"{part:02x}" + "0" * 30) for part in range(256)}

    assert len(cells) == 256


def test_positions_of_a_cell_are_given_from_its_first_to_its_last() -> None:
    cell = cell_of(to_microseconds(NOON), an_id(1))

    assert next_position(cell, None) == first_position(cell)
    assert next_position(cell, first_position(cell)) == first_position(cell) + 1
    assert next_position(cell, last_position(cell) - 1) == last_position(cell)


def test_full_cell_refuses_another_post() -> None:
    cell = cell_of(to_microseconds(NOON), an_id(1))

    with pytest.raises(StoreError, match=f"the store holds {FULL} of them"):
        next_position(cell, last_position(cell))
