import re
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.feed import MOST_ENTRIES, Entry, NotAList, read_feed, read_links

SITE = "https://news.yunzhou.example"
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>云州</title>
<entry><title>江口大桥封闭</title><link href="/bridge.html"/><updated>2026-06-10T08:12:00+08:00</updated>
<author><name>PLANTED</name></author><summary type="html">&lt;p&gt;两日后恢复&lt;/p&gt;</summary></entry></feed>"""


def rss(*items: str) -> str:
    listed = "".join(f"<item>{each}</item>" for each in items)
    return f'<rss version="2.0"><channel><title>云州</title>{listed}</channel></rss>'


def test_an_atom_feed_gives_its_entries_without_their_authors() -> None:
    (entry,) = read_feed(ATOM, f"{SITE}/atom.xml")

    assert (entry.address, entry.title, entry.summary) == (f"{SITE}/bridge.html", "江口大桥封闭", "两日后恢复")
    assert entry.published is not None
    assert entry.published.at == datetime(2026, 6, 10, 0, 12, tzinfo=UTC)
    assert "PLANTED" not in repr(entry)


def test_a_feed_s_time_without_a_zone_is_beijing_s() -> None:
    (entry,) = read_feed(rss("<link>/1</link><pubDate>2026-06-10 08:12:00</pubDate>"), SITE)

    assert entry.published is not None
    assert entry.published.at == datetime(2026, 6, 10, 0, 12, tzinfo=UTC)


def test_a_feed_that_claims_another_charset_was_read_already() -> None:
    text = '<?xml version="1.0" encoding="gb2312"?>' + rss("<title>江口大桥</title><link>/1</link>")

    assert [entry.title for entry in read_feed(text, SITE)] == ["江口大桥"]


def test_entries_come_once_each_and_only_with_a_web_address() -> None:
    items = ("<link>/1#a</link>", "<link>/1#b</link>", "<link>javascript:x()</link>", "<title>没有地址</title>")

    assert [entry.address for entry in read_feed(rss(*items), SITE)] == [f"{SITE}/1"]


def test_a_feed_without_end_is_read_up_to_a_bound() -> None:
    feed = rss(*(f"<link>/{number}</link>" for number in range(MOST_ENTRIES + 1)))

    assert len(read_feed(feed, SITE)) == MOST_ENTRIES


@pytest.mark.parametrize("text", ["", "<html><body>404</body></html>", "SITE IS DOWN", "https://yunzhou.example/"])
def test_what_is_no_feed_is_told_apart_from_an_empty_one(text: str) -> None:
    with pytest.raises(NotAList):
        read_feed(text, SITE)
    assert read_feed(rss(), SITE) == []


def test_only_links_that_match_whole_are_articles() -> None:
    html = '<a href="/t/1.html">一</a><a href="t/2.html">二</a><a href="/t/1.html?x">三</a><a href="http://[">坏</a>'

    found = read_links(html, f"{SITE}/", re.compile(rf"{re.escape(SITE)}/t/\d+\.html"))

    assert [entry.address for entry in found] == [f"{SITE}/t/1.html", f"{SITE}/t/2.html"]


def test_an_entry_is_known_again_by_a_digest_that_names_nobody() -> None:
    entry = Entry(address=f"{SITE}/u/PLANTED/1")

    assert re.fullmatch("[0-9a-f]{16}", entry.mark)
    assert entry.mark != Entry(address=f"{SITE}/u/PLANTED/2").mark


@given(st.text(alphabet="<>/&;itemlnkrss云州 \"'=![]CDATA-", max_size=200))
def test_no_text_makes_a_list_stumble(text: str) -> None:
    found = read_links(f"x{text}", SITE, re.compile(".*"))
    with suppress(NotAList):
        found += read_feed(text, SITE)

    assert all(entry.address.startswith("http") for entry in found)
