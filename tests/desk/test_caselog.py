"""The case log: no entry can be changed, cut out, moved or slipped in without being named."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.caselog import OFFICE, Broken, Entry, Head, OfficeLink, link, logged, seal, verify, verify_office
from desk.change import Event
from tests.build import HOUR, NOON, an_id
from tests.build_incidents import MICROSECOND, an_event

INCIDENT = an_id(1)
FACTS = st.dictionaries(
    st.text(max_size=5), st.none() | st.booleans() | st.integers() | st.text(max_size=5), max_size=4
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
EVENTS = st.builds(
    Event, kind=st.text(max_size=8), at=MOMENTS, recorded_at=MOMENTS, by=st.text(max_size=8), facts=FACTS
)


def chain(count: int, incident_id: str = INCIDENT) -> list[Entry]:
    """A chain in which every entry has a text."""
    entries: list[Entry] = []
    for number in range(1, count + 1):
        after = entries[-1].head if entries else Head()
        event = an_event(kind=f"event {number}", text=f"第{number}次记录")
        entries.append(seal(event, incident_id=incident_id, after=after, salt=f"{number:032x}"))
    return entries


def office_over(entries: Sequence[Entry]) -> list[OfficeLink]:
    links: list[OfficeLink] = []
    for entry in entries:
        after = Head(seq=links[-1][0], hash=links[-1][4]) if links else Head()
        links.append(link(entry, after=after))
    return links


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def rewritten(entry: Entry, **changes: object) -> Entry:
    """A forged entry whose hash fits its bytes."""
    content = json.dumps(json.loads(entry.content) | changes, ensure_ascii=False, sort_keys=True).encode()
    return replace(entry, content=content, entry_hash=sha256(content).hexdigest())


def broken_at(entries: Sequence[Entry]) -> int | None:
    broken = verify(entries)
    return None if broken is None else broken.seq


def test_untouched_chain_verifies() -> None:
    assert verify(chain(5)) is None
    assert verify([]) is None


@given(place=st.integers(1, 5), data=st.data())
def test_flipped_byte_names_its_entry(place: int, data: st.DataObject) -> None:
    entries = chain(5)
    position = data.draw(st.integers(0, len(entries[place - 1].content) - 1))
    entries[place - 1] = replace(entries[place - 1], content=flipped(entries[place - 1].content, position))

    broken = verify(entries)

    assert broken == Broken(chain=INCIDENT, seq=place, why="its bytes do not have its hash")


@pytest.mark.parametrize("place", [1, 2, 4])
def test_entry_cut_out_is_missed_at_its_place(place: int) -> None:
    entries = chain(5)
    del entries[place - 1]

    assert broken_at(entries) == place


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 5), (4, 5)])
def test_entries_swapped_are_named_at_the_first_of_them(first: int, second: int) -> None:
    entries = chain(5)
    entries[first - 1], entries[second - 1] = entries[second - 1], entries[first - 1]

    assert broken_at(entries) == first


@pytest.mark.parametrize("place", [1, 3, 5])
def test_entry_slipped_in_is_named(place: int) -> None:
    entries = chain(5)
    stranger = seal(an_event(kind="forged"), incident_id=INCIDENT, after=Head(seq=place - 1, hash="f" * 64), salt="")
    entries.insert(place - 1, stranger)

    assert broken_at(entries) == place


def test_entry_slipped_in_with_a_true_link_breaks_at_the_next() -> None:
    entries = chain(5)
    entries.insert(2, seal(an_event(kind="forged"), incident_id=INCIDENT, after=entries[1].head, salt=""))

    assert broken_at(entries) == 4
    assert verify_office(office_over(chain(5)), {INCIDENT: entries}) == Broken(
        chain=INCIDENT, seq=3, why="not the entry the office's chain vouches for"
    )


def test_entry_written_twice_is_named_at_the_second() -> None:
    entries = chain(3)
    entries.insert(2, entries[1])

    assert broken_at(entries) == 3


@pytest.mark.parametrize("changes", [{"by": "somebody else"}, {"at": 0}, {"facts": {"met": True}}])
def test_rewritten_entry_with_a_fitting_hash_breaks_at_the_next(changes: dict[str, object]) -> None:
    entries = chain(5)
    entries[2] = rewritten(entries[2], **changes)

    broken = verify(entries)

    assert broken == Broken(chain=INCIDENT, seq=4, why="it does not follow the entry before it")


@pytest.mark.parametrize("changes", [{"seq": 9}, {"incident": an_id(2)}])
def test_entry_of_another_place_is_named(changes: dict[str, object]) -> None:
    entries = chain(5)
    entries[2] = rewritten(entries[2], **changes)

    assert broken_at(entries) == 3


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"no json", b"\xff", b'{"incident":1,"seq":null}'])
def test_bytes_that_are_no_entry_are_named(content: bytes) -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], content=content, entry_hash=sha256(content).hexdigest())

    assert broken_at(entries) == 2


def test_row_that_names_another_place_than_its_bytes_is_named() -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], seq=7)

    assert broken_at(entries) == 2


@pytest.mark.parametrize(
    "changes", [{"text": "改过的记录"}, {"text": ""}, {"salt": "0" * 32}, {"salt": None}], ids=repr
)
def test_changed_text_or_salt_is_named(changes: dict[str, str | None]) -> None:
    entries = chain(3)
    text, salt = changes.get("text", entries[1].text), changes.get("salt", entries[1].salt)
    entries[1] = replace(entries[1], text=text, salt=salt)

    broken = verify(entries)

    assert broken == Broken(chain=INCIDENT, seq=2, why="its text is not the one that was written")


def test_text_put_beside_an_entry_that_had_none_is_named() -> None:
    entry = seal(an_event(), incident_id=INCIDENT, after=Head(), salt="")

    assert broken_at([replace(entry, text="补写", salt="0" * 32)]) == 1


def test_erased_text_still_verifies_and_reads_as_none() -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], text=None, salt=None)

    assert verify(entries) is None
    assert logged(entries[1]).event.text == ""
    assert logged(entries[2]).event.text == "第3次记录"


@given(event=EVENTS, text=st.text(max_size=20))
def test_event_comes_back_as_it_was_sealed(event: Event, text: str) -> None:
    written = replace(event, text=text)

    entry = seal(written, incident_id=INCIDENT, after=Head(seq=6, hash="a" * 64), salt="b" * 32)

    line = logged(entry)
    assert line.event == written
    assert (line.incident_id, line.seq, line.entry, line.entry_hash) == (INCIDENT, 7, entry.content, entry.entry_hash)
    assert sha256(line.entry).hexdigest() == line.entry_hash


def test_entry_is_exactly_these_bytes() -> None:
    event = an_event(
        kind="graded", at=NOON + MICROSECOND, facts={"z": 1, "a": "较大", "n": None, "b": True}, text="依据"
    )

    entry = seal(event, incident_id="i-7", after=Head(seq=1, hash="aa"), salt="5a")

    digest = sha256("5a依据".encode()).hexdigest()
    assert entry.content.decode() == (
        '{"at":1780488000000001,"by":"desk","facts":{"a":"较大","b":true,"n":null,"z":1},"incident":"i-7",'
        f'"kind":"graded","previous":"aa","recorded_at":1780488000000000,"seq":2,"text":"{digest}"}}'
    )


def test_same_moment_in_another_zone_gives_the_same_bytes() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=8)))

    here = seal(an_event(at=NOON), incident_id=INCIDENT, after=Head(), salt="")
    there = seal(an_event(at=east), incident_id=INCIDENT, after=Head(), salt="")

    assert here == there


@pytest.mark.parametrize("fact", [0.5, float("nan"), ["a"], NOON])
def test_fact_without_one_spelling_is_refused(fact: object) -> None:
    event = replace(an_event(), facts={"score": fact})  # type: ignore[dict-item]  # what mypy forbids, a caller may do

    with pytest.raises(TypeError, match="fact score is a"):
        seal(event, incident_id=INCIDENT, after=Head(), salt="")


def test_time_without_a_zone_is_refused() -> None:
    event = an_event(at=datetime(2026, 6, 3, 12))  # noqa: DTZ001  # the naive time is the point

    with pytest.raises(ValueError, match="time without a zone"):
        seal(event, incident_id=INCIDENT, after=Head(), salt="")


def test_office_chain_vouches_for_all_case_logs() -> None:
    one, two = chain(3, an_id(1)), chain(2, an_id(2))
    links = office_over([one[0], two[0], one[1], two[1], one[2]])

    assert verify_office(links, {an_id(1): one, an_id(2): two}) is None
    assert verify_office([], {}) is None


def test_case_log_cut_off_at_its_end_is_caught_by_the_office_chain() -> None:
    entries = chain(4)
    links = office_over(entries)
    shortened = entries[:-1]

    broken = verify_office(links, {INCIDENT: shortened})

    assert verify(shortened) is None
    assert broken == Broken(chain=INCIDENT, seq=4, why="not the entry the office's chain vouches for")


def test_case_log_written_anew_is_caught_by_the_office_chain() -> None:
    forged = chain(4, INCIDENT)
    true = [seal(an_event(at=NOON + HOUR), incident_id=INCIDENT, after=Head(), salt="")]

    broken = verify_office(office_over(true), {INCIDENT: forged})

    assert verify(forged) is None
    assert (broken and broken.seq) == 1


@pytest.mark.parametrize("place", [1, 2, 4])
def test_office_link_cut_out_or_changed_is_named(place: int) -> None:
    links = office_over(chain(5))
    changed = [*links]
    changed[place - 1] = (*links[place - 1][:3], "0" * 64, links[place - 1][4])

    cut = verify_office([*links[: place - 1], *links[place:]], {})
    forged = verify_office(changed, {})

    assert cut == Broken(chain=OFFICE, seq=place, why=f"link {place + 1} does not follow link {place - 1}")
    assert forged == Broken(chain=OFFICE, seq=place, why=f"link {place} does not follow link {place - 1}")


@pytest.mark.parametrize("place", [1, 3, 4])
def test_office_link_written_anew_with_a_fitting_hash_breaks_at_the_next(place: int) -> None:
    entries, forged = chain(5), chain(5, an_id(2))
    links = office_over(entries)
    before = [Head(), *(Head(seq=number, hash=office_hash) for number, *_, office_hash in links)]
    links[place - 1] = link(forged[place - 1], after=before[place - 1])

    broken = verify_office(links, {})

    assert broken == Broken(chain=OFFICE, seq=place + 1, why=f"link {place + 1} does not follow link {place}")
