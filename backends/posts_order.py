"""Where a post stands in time: a whole number that grows with it, so that an index walked backwards is newest first.

Posts are listed by (published_at descending, id ascending). A *cell* is a piece of that order: every post of a higher
cell stands before every post of a lower one. A *position* is a cell and a free number in it; only posts of the same
cell are left to be sorted when they are read.
"""

from bisect import bisect_right

from desk.errors import StoreError

BEFORE_ALL_IDS = ""
BEHIND_ALL_IDS = "\U0010ffff"

_NUMBER_BITS = 16
"""65,536 posts fit into a cell, 16 million of one second. More bits make every entry of the index longer."""
_PART_BITS = 8
_PARTS = 1 << _PART_BITS
_LAST_SECOND = (1 << 32) - 1
# Posts known to the minute or the day all stand at a whole second: it is divided by the ids' first two digits.
_ID_PARTS = [f"{part:02x}" for part in range(1, _PARTS)]


def cell_of(published_at: int, post_id: str) -> int:
    """The cell of a post published at that microsecond since 1970.

    What lies before 1970 or after 2106 shares the first or the last cell.
    """
    second, microsecond = divmod(published_at, 1_000_000)
    if second < 0:
        return 0
    if second > _LAST_SECOND:
        return (_LAST_SECOND + 1) * 2 * _PARTS
    return (second * 2 + (microsecond > 0)) * _PARTS + _part(microsecond, post_id)


def first_position(cell: int) -> int:
    """The lowest position of the cell."""
    return cell << _NUMBER_BITS


def last_position(cell: int) -> int:
    """The highest position of the cell."""
    return first_position(cell + 1) - 1


def cell_at(position: int) -> int:
    """The cell the position lies in."""
    return position >> _NUMBER_BITS


def next_position(cell: int, highest: int | None) -> int:
    """The position behind the highest one taken in the cell. Raises StoreError when the cell is full."""
    position = first_position(cell) if highest is None else highest + 1
    if cell_at(position) != cell:
        raise StoreError(f"no room for another post of this moment, the store holds {1 << _NUMBER_BITS} of them")
    return position


def _part(microsecond: int, post_id: str) -> int:
    if microsecond:
        return microsecond * _PARTS // 1_000_000
    return _PARTS - 1 - bisect_right(_ID_PARTS, post_id)
