"""How every post store searches (`desk.ports.PostStore.search`): what is found, in which order, page by page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.ports import PostStore
from desk.post import Outcome, PostQuery, ScreenedPost
from desk.text import MAX_TOKEN_LENGTH
from tests.build import HOUR, MICROSECOND, MINUTE, NOON, SECOND, an_id
from tests.post_stores import KINDS, a_numbered_post, numbers, open_store


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PostStore]:
    store = open_store(request.param, tmp_path)
    yield store
    store.close()


def found(store: PostStore, *terms: str) -> list[int]:
    return sorted(numbers(store.search(PostQuery(terms=terms))))


def pages(store: PostStore, query: PostQuery) -> Iterator[list[ScreenedPost]]:
    while page := store.search(query):
        yield page
        last = page[-1].post
        query = replace(query, after=(last.published_at, last.id))


def test_term_is_found_as_characters_in_a_row_only(store: PostStore) -> None:
    store.put(
        [
            a_numbered_post(1, text="云州水厂停产"),
            a_numbered_post(2, text="水边的厂房"),
            a_numbered_post(3, text="厂水"),
        ]
    )

    assert found(store, "水厂") == [1]
    assert found(store, "水") == found(store, "厂") == [1, 2, 3]


def test_punctuation_and_space_between_characters_do_not_part_a_phrase(store: PostStore) -> None:
    store.put([a_numbered_post(1, text="云州水，厂"), a_numbered_post(2, text="云州水 厂")])

    assert found(store, "水厂") == found(store, "水、厂") == [1, 2]


def test_title_is_searched_like_the_text_but_no_phrase_runs_across_both(store: PostStore) -> None:
    store.put([a_numbered_post(1, title="清河大桥", text="无恙"), a_numbered_post(2, title="清河大", text="桥面")])

    assert found(store, "大桥") == [1]
    assert found(store, "清河", "桥") == [1, 2]


def test_every_term_must_occur(store: PostStore) -> None:
    store.put([a_numbered_post(1, text="清河停水"), a_numbered_post(2, text="清河断电")])

    assert found(store, "清河", "停水") == [1]
    assert found(store, "停水", "断电") == []
    assert found(store, *["清河"] * 300) == [1, 2]


@pytest.mark.parametrize("term", ["MU5735", "mu5735", "ＭＵ５７３５", "，MU5735。"])
def test_flight_number_is_found_however_it_is_typed(store: PostStore, term: str) -> None:
    store.put([a_numbered_post(1, text="云州航班Mu5735晚点"), a_numbered_post(2, text="云州航班ＭＵ５７３５晚点")])

    assert found(store, term) == [1, 2]


@pytest.mark.parametrize("term", ["MU", "5735", "MU573", "U5735", "MU 5735"])
def test_part_of_a_latin_run_is_not_found(store: PostStore, term: str) -> None:
    store.put([a_numbered_post(1, text="云州航班MU5735晚点")])

    assert found(store, term) == []


def test_overlong_run_is_found_by_the_whole_of_it(store: PostStore) -> None:
    run = "a" * MAX_TOKEN_LENGTH + "b" * 7
    store.put([a_numbered_post(1, text=f"云州{run}"), a_numbered_post(2, text=f"云州{run}b")])

    assert found(store, run) == [1]


SYNTAX = ['"', '""', "*", "-", "--", "(", ")", "{}", ":", "+", "^", "'", "%", "?", ";", "\\", "\0", "\ud800"]


@pytest.mark.parametrize("syntax", SYNTAX)
def test_syntax_of_search_engines_is_only_punctuation(store: PostStore, syntax: str) -> None:
    store.put([a_numbered_post(1, text="清河停水"), a_numbered_post(2, text="清河断电")])

    assert found(store, f"停{syntax}水") == found(store, f"{syntax}停水{syntax}") == [1]
    assert found(store, syntax) == found(store, f"'{syntax} drop table post; --") == []
    assert store.counts().posts == 2


@pytest.mark.parametrize("word", ["NEAR", "AND", "OR", "NOT", "NEAR(停 水)", "title:停", "mark", "ordinary", "outcome"])
def test_words_of_search_engines_are_only_words(store: PostStore, word: str) -> None:
    store.put([a_numbered_post(1, text="清河停水"), a_numbered_post(2, text=f"清河 {word} 停水")])

    assert found(store, word) == [2]


def test_term_of_punctuation_alone_asks_for_nothing_beside_others(store: PostStore) -> None:
    store.put([a_numbered_post(1, text="清河停水！"), a_numbered_post(2, text="清河断电")])

    assert found(store, "停水", "？！") == [1]


def test_nothing_but_punctuation_finds_nothing(store: PostStore) -> None:
    store.put([a_numbered_post(1, text="清河停水？！")])

    assert found(store, "？！") == found(store, "") == found(store, " ", "*") == []


def test_no_term_at_all_finds_every_post(store: PostStore) -> None:
    store.put([a_numbered_post(1), a_numbered_post(2, title="", text="")])

    assert found(store) == [1, 2]


@pytest.mark.parametrize("terms", [(), ("清河",)])
def test_since_is_included_and_until_is_not(store: PostStore, terms: tuple[str, ...]) -> None:
    moments = [NOON - MICROSECOND, NOON, NOON + HOUR - MICROSECOND, NOON + HOUR]
    store.put([a_numbered_post(number, published_at=moment) for number, moment in enumerate(moments)])

    assert numbers(store.search(PostQuery(terms=terms, since=NOON, until=NOON + HOUR))) == [2, 1]
    assert numbers(store.search(PostQuery(terms=terms, since=NOON + HOUR))) == [3]
    assert numbers(store.search(PostQuery(terms=terms, until=NOON))) == [0]
    assert numbers(store.search(PostQuery(terms=terms, since=NOON, until=NOON))) == []


@pytest.mark.parametrize("source", ["yunzhou-12345", "Yunzhou-12345", "云州 日报", 'a "quoted" key', "yunzhou"])
def test_source_is_matched_to_the_letter(store: PostStore, source: str) -> None:
    store.put([a_numbered_post(1, source=source), a_numbered_post(2, source=f"{source}-2"), a_numbered_post(3)])

    assert numbers(store.search(PostQuery(source=source))) == [1]
    assert numbers(store.search(PostQuery(source=source, terms=("清河",)))) == [1]
    assert numbers(store.search(PostQuery(source=source, terms=("断电",)))) == []


def test_source_that_differs_in_case_is_another(store: PostStore) -> None:
    store.put([a_numbered_post(1, source="a"), a_numbered_post(2, source="A")])

    assert numbers(store.search(PostQuery(source="a"))) == [1]


def test_outcome_is_matched(store: PostStore) -> None:
    store.put([a_numbered_post(1), replace(a_numbered_post(2), outcome=Outcome.ORDINARY)])

    assert numbers(store.search(PostQuery(outcome=Outcome.ORDINARY))) == [2]
    assert numbers(store.search(PostQuery(outcome=Outcome.PASSED_ON, terms=("清河",)))) == [1]
    assert numbers(store.search(PostQuery(outcome=Outcome.OPENED))) == []


@pytest.mark.parametrize("terms", [(), ("清河",)])
def test_newest_comes_first_in_whatever_order_posts_arrive(store: PostStore, terms: tuple[str, ...]) -> None:
    hours = [5, 1, 9, 3, 7]
    for number, hour in enumerate(hours):
        store.put([a_numbered_post(number, published_at=NOON + hour * HOUR)])

    assert numbers(store.search(PostQuery(terms=terms))) == [2, 4, 0, 3, 1]
    assert numbers(store.search(PostQuery(terms=terms, limit=2))) == [2, 4]


@pytest.mark.parametrize("terms", [(), ("清河",)])
def test_posts_of_one_moment_come_by_id(store: PostStore, terms: tuple[str, ...]) -> None:
    spread = [number << 116 for number in (3, 0xFFF, 1, 0, 0x800, 2)]
    for number in (*spread, 5, 4, 6):
        store.put([a_numbered_post(number, published_at=NOON)])

    assert numbers(store.search(PostQuery(terms=terms))) == sorted((*spread, 5, 4, 6))
    assert numbers(store.search(PostQuery(terms=terms, limit=3))) == [0, 4, 5]


@pytest.mark.parametrize("terms", [(), ("清河",)])
def test_microseconds_count_before_ids(store: PostStore, terms: tuple[str, ...]) -> None:
    store.put([a_numbered_post(number, published_at=NOON + number * MICROSECOND) for number in (1, 0, 3, 2)])

    assert numbers(store.search(PostQuery(terms=terms))) == [3, 2, 1, 0]
    assert numbers(store.search(PostQuery(terms=terms, limit=1))) == [3]


def test_order_holds_at_the_ends_of_time(store: PostStore) -> None:
    moments = [
        datetime.min.replace(tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2106, 2, 7, 6, 28, 15, 999_999, tzinfo=UTC),
        datetime(2106, 2, 7, 6, 28, 16, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ]
    store.put([a_numbered_post(number, published_at=moment) for number, moment in enumerate(moments)])

    assert numbers(store.search(PostQuery())) == [5, 4, 3, 2, 1, 0]
    assert numbers(store.search(PostQuery(since=moments[1], until=moments[5]))) == [4, 3, 2, 1]


def test_limit_is_kept_on_both_sides(store: PostStore) -> None:
    store.put([a_numbered_post(number) for number in range(51)])

    assert len(store.search(PostQuery())) == 50
    assert [len(store.search(PostQuery(limit=limit))) for limit in (-1, 0, 1, 51, 52)] == [0, 0, 1, 51, 51]


@pytest.mark.parametrize("terms", [(), ("清河",)])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_follow_each_other_without_gap_or_repeat(store: PostStore, terms: tuple[str, ...], limit: int) -> None:
    moments = [NOON, NOON, NOON + MICROSECOND, NOON, NOON - SECOND, NOON + MICROSECOND, NOON + MINUTE]
    store.put([a_numbered_post(number, published_at=moment) for number, moment in enumerate(moments)])

    read = [number for page in pages(store, PostQuery(terms=terms, limit=limit)) for number in numbers(page)]

    assert read == [6, 2, 5, 0, 1, 3, 4]


def test_post_that_arrives_between_two_pages_moves_none_of_the_later_ones(store: PostStore) -> None:
    store.put([a_numbered_post(number, published_at=NOON - number * MINUTE) for number in range(4)])
    later_pages = pages(store, PostQuery(limit=2))
    first = next(later_pages)

    store.put([a_numbered_post(9, published_at=NOON + HOUR)])

    assert numbers(first) == [0, 1]
    assert [numbers(page) for page in later_pages] == [[2, 3]]


def test_page_goes_on_behind_a_post_that_was_pruned(store: PostStore) -> None:
    store.put([a_numbered_post(1, published_at=NOON, collected_at=NOON - HOUR), a_numbered_post(2, published_at=NOON)])
    store.prune(NOON)

    assert numbers(store.search(PostQuery(after=(NOON, an_id(1))))) == [2]
    assert numbers(store.search(PostQuery(after=(NOON, an_id(2))))) == []
    assert numbers(store.search(PostQuery(after=(NOON, an_id(0)), until=NOON))) == []
