"""One form for the same words: what the index and the identity of a post see."""

import string

from hypothesis import given
from hypothesis import strategies as st

from desk.text import MAX_TOKEN_LENGTH, index_tokens, normalise, search_phrases


def test_han_characters_stand_alone_and_latin_runs_stay_together() -> None:
    assert index_tokens("云州MU5735航班") == ["云", "州", "mu5735", "航", "班"]


def test_full_width_and_half_width_are_the_same_words() -> None:
    assert index_tokens("ＭＵ５７３５") == index_tokens("mu5735") == ["mu5735"]


def test_punctuation_and_underscores_are_never_indexed() -> None:
    assert index_tokens("水厂，_停*水?“12345”!") == ["水", "厂", "停", "水", "12345"]


def test_rare_han_characters_stand_alone_too() -> None:
    assert index_tokens("㙍𠮷豈") == ["㙍", "𠮷", "豈"]


def test_run_of_the_greatest_length_is_one_token_and_one_more_character_begins_another() -> None:
    assert index_tokens("a" * MAX_TOKEN_LENGTH) == ["a" * MAX_TOKEN_LENGTH]
    assert index_tokens("a" * (MAX_TOKEN_LENGTH + 1)) == ["a" * MAX_TOKEN_LENGTH, "a"]


def test_term_without_tokens_is_left_out_of_the_phrases() -> None:
    assert search_phrases(["停水", "*?!", "MU 5735"]) == ["停 水", "mu 5735"]
    assert search_phrases(["，"]) == []


def test_white_space_of_every_kind_is_one_space() -> None:
    assert normalise("\u3000云州\t \n市 ") == "云州 市"


@given(st.text())
def test_tokens_hold_nothing_a_search_engine_could_cut_or_read_as_syntax(text: str) -> None:
    tokens = index_tokens(text)

    assert not set("".join(tokens)) & {*string.punctuation, *string.whitespace}
    assert all(1 <= len(token) <= MAX_TOKEN_LENGTH for token in tokens)


@given(st.text(alphabet="云州水厂桥塌", min_size=1), st.text(), st.text())
def test_term_of_han_characters_is_found_wherever_it_is_a_substring(term: str, before: str, after: str) -> None:
    tokens = index_tokens(f"{before}{term}{after}")

    assert f" {search_phrases([term])[0]} " in f" {' '.join(tokens)} "
