from pathlib import Path
from time import perf_counter

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.labels import read_titles
from models.text import READING_LENGTH, clean, cut, reading, words
from spiders.personal_accounts import ACCOUNT, MAIL
from spiders.personal_numbers import CARD, IDENTITY, PHONE, PLATE


def test_addresses_mentions_emoji_and_topic_marks_are_no_words() -> None:
    text = "#云州地铁#停运了😭[泪] @某某 详见 https://t.example/abc?x=1 吧"

    assert clean(text) == "云州地铁 停运了 详见 吧"


@pytest.mark.parametrize("mark", [MAIL, ACCOUNT, PHONE, IDENTITY, CARD, PLATE])
def test_what_masking_left_is_no_word(mark: str) -> None:
    assert clean(f"小区停水，请致电{mark}咨询") == "小区停水,请致电 咨询"


def test_half_a_character_from_broken_json_is_dropped() -> None:
    assert words(reading("云州\ud83d停水", "")) == ["云州", "停水"]


def test_full_width_and_upper_case_are_one_form() -> None:
    assert clean("ＭＵ１２３４　航班") == "mu1234 航班"


def test_a_text_that_repeats_its_title_is_read_once() -> None:
    assert reading("云州地铁停运", "【云州地铁停运】今晨信号故障") == "【云州地铁停运】今晨信号故障"
    assert reading("云州地铁停运", "今晨信号故障") == "云州地铁停运 今晨信号故障"


def test_an_empty_text_or_title_leaves_the_other() -> None:
    assert reading("云州地铁停运", "") == "云州地铁停运"
    assert reading("", "今晨信号故障") == "今晨信号故障"
    assert reading("", "") == ""


def test_ten_million_characters_cost_no_more_than_their_beginning() -> None:
    long = "云州市江口区下雨了。" * 1_000_000

    start = perf_counter()
    read = reading("云州天气", long)
    spent = perf_counter() - start

    assert len(read) == READING_LENGTH
    assert spent < 0.1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_the_pieces_of_a_cut_joined_again_are_the_text(text: str) -> None:
    assert "".join(cut(text)) == text


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
ANY = st.characters(exclude_categories=["Cs"])


@settings(deadline=None)
@given(st.text(alphabet=st.one_of(HAN, ANY), max_size=40))
def test_whatever_the_text_it_is_cut_as_jieba_cuts_it(text: str) -> None:
    assert cut(text) == jieba.lcut(text, HMM=False)


@pytest.mark.archive
def test_hot_list_titles_are_cut_exactly_as_jieba_cuts_them(archives: Path) -> None:
    titles = sorted(read_titles(archives))[::5]

    different = [title for title in titles if cut(title) != jieba.lcut(title, HMM=False)]

    assert len(titles) > 50_000
    assert different == []


def test_punctuation_and_spaces_are_no_words() -> None:
    assert words("云州, 停水 了!") == ["云州", "停水", "了"]
