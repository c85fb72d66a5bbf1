import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from backends.codec import JsonCodec
from desk.errors import BadSettings
from desk.source import Cursor
from spiders.door import admit
from spiders.outcomes import PageOutcome
from spiders.progress import Progress, Round
from spiders.source_reading import read_sources
from spiders.sources import Source
from spiders.weibo import WeiboPage, first_address, next_hour, outcome_of_code, read_weibo
from tests.build import NOON, SECOND
from tests.spiders.weibo_double import OWN, PLANTED, SEARCH, status

API = "https://api.weibo.com"
EVENING = datetime(2026, 6, 10, 12, tzinfo=UTC)


def a_source(path: str = SEARCH, **lines: object) -> Source:
    given: dict[str, object] = {
        "key": "weibo",
        "kind": "weibo",
        "address": f"{API}{path}",
        "lawful_basis": "开放平台授权",
        "schedule": 300,
        "delay": 5,
    }
    own = {"official": True, "channel": "云州发布"} if path == OWN else {"query": "云州"}
    table = {"contact": "press@yunzhou.example", "source": [given | own | lines]}
    return read_sources(table).sources[0]


def page_of(*statuses: dict[str, object], total: int = 0, source: Source | None = None) -> WeiboPage:
    source = source or a_source()
    body = json.dumps({"statuses": statuses, "total_number": total}).encode()
    found = read_weibo(200, body, first_address(source, 0), source)
    assert isinstance(found, WeiboPage)
    return found


def test_a_post_is_read_with_its_second_its_counter_and_an_address_without_account() -> None:
    page = page_of(status(5001, "云州江口区停水 @某人", comments=12))

    (entry,) = page.listing.entries
    assert entry.found is not None
    post = admit(entry.found, EVENING)
    assert (post.address, post.text, entry.replies) == ("https://m.weibo.cn/status/5001", "云州江口区停水 @用户", 12)
    assert post.published_at == datetime(2026, 6, 10, 0, 21, 7, tzinfo=UTC)
    assert page.newest == 5001


def test_nobody_named_in_an_answer_leaves_the_parser() -> None:
    (entry,) = page_of(status(5001, "云州江口区停水")).listing.entries

    assert entry.found is not None
    left = repr(entry) + JsonCodec().encode(admit(entry.found, EVENING)).decode()
    assert [planted for planted in PLANTED if planted in left] == []


@pytest.mark.parametrize("hidden", [status(1, "只给好友看", visible=6), status(1, "") | {"deleted": "1"}])
def test_what_is_not_for_everybody_or_deleted_is_left_out(hidden: dict[str, object]) -> None:
    assert page_of(hidden).listing.entries == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (10022, PageOutcome.THROTTLED),
        (10023, PageOutcome.THROTTLED),
        (10024, PageOutcome.THROTTLED),
        (21327, PageOutcome.UNAUTHORISED),
        (21332, PageOutcome.UNAUTHORISED),
        (21319, PageOutcome.UNAUTHORISED),
        (10014, PageOutcome.NOT_PERMITTED),
        (10001, PageOutcome.HTTP_ERROR),
        (20003, PageOutcome.HTTP_ERROR),
    ],
)
def test_each_documented_error_ends_the_page_in_its_own_way(code: int, outcome: PageOutcome) -> None:
    body = json.dumps({"error": "no", "error_code": str(code), "request": SEARCH}).encode()

    assert outcome_of_code(code) is outcome
    assert read_weibo(403, body, first_address(a_source(), 0), a_source()) is outcome


@pytest.mark.parametrize(
    ("status_code", "body", "outcome"),
    [
        (200, b"<html>", PageOutcome.BROKEN),
        (200, b'{"statuses": 5}', PageOutcome.BROKEN),
        (503, b"", PageOutcome.THROTTLED),
        (502, b"<html>", PageOutcome.HTTP_ERROR),
    ],
)
def test_what_is_no_answer_of_the_platform_is_none(status_code: int, body: bytes, outcome: PageOutcome) -> None:
    assert read_weibo(status_code, body, first_address(a_source(), 0), a_source()) is outcome


def test_a_search_that_finds_nothing_is_an_empty_page() -> None:
    found = read_weibo(200, b"[]", first_address(a_source(), 0), a_source())

    assert isinstance(found, WeiboPage)
    assert (found.listing.entries, found.listing.more) == ([], ())


def test_only_the_own_timeline_is_asked_behind_the_newest_number_and_a_search_for_its_words() -> None:
    own = parse_qs(urlsplit(first_address(a_source(OWN), 5001)).query)
    search = parse_qs(urlsplit(first_address(a_source(SEARCH, query="云州 停水"), 5001)).query)

    assert (own["since_id"], own["count"], own["trim_user"]) == (["5001"], ["100"], ["1"])
    assert (search["q"], "since_id" in search) == (["云州 停水"], False)


@pytest.mark.parametrize(("total", "further"), [(51, 1), (50, 0), (0, 1)])
def test_the_next_page_is_named_while_the_platform_says_there_is_more(total: int, further: int) -> None:
    more = page_of(status(1, "云州"), total=total).listing.more

    assert len(more) == further
    assert all(parse_qs(urlsplit(each).query)["page"] == ["2"] for each in more)


def test_the_newest_number_is_kept_only_once_all_is_dealt_with() -> None:
    source = a_source(OWN)
    page = page_of(status(5001, "云州通报一"), status(5002, "云州通报二"), source=source)
    begun = Round(source=source, cursor=_cursor(), progress=Progress())
    begun.reached(page.newest)
    begun.read(page.listing, 100)
    begun.lists.clear()

    begun.progress.note(page.listing.entries[0], PageOutcome.DELIVERED)
    begun.standing()
    before = begun.progress.since
    begun.progress.note(page.listing.entries[1], PageOutcome.INTERRUPTED)
    begun.standing()
    interrupted = begun.progress.since
    begun.progress.note(page.listing.entries[1], PageOutcome.SPOOLED)
    begun.standing()

    assert (before, interrupted, begun.progress.since) == (0, 0, 5002)


def test_the_platform_counts_anew_at_the_full_hour() -> None:
    assert next_hour(NOON + timedelta(minutes=59, seconds=58)) == "3"
    assert next_hour(NOON + SECOND) == "3600"


@pytest.mark.parametrize(
    ("path", "lines", "told"),
    [
        ("/2/statuses/user_timeline/other.json", {}, "no method that is read"),
        ("/2/users/show.json", {}, "no method that is read"),
        (f"{SEARCH}?uid=1", {}, "no method that is read"),
        (SEARCH, {"query": ""}, "source[0].query"),
        (SEARCH, {"official": True, "channel": "云州发布"}, "nothing else of Weibo is"),
        (OWN, {"official": False}, "own timeline is official"),
        (SEARCH, {"address": f"http://api.weibo.com{SEARCH}"}, "unprotected"),
    ],
)
def test_a_source_that_would_read_what_it_must_not_is_refused(path: str, lines: dict[str, object], told: str) -> None:
    with pytest.raises(BadSettings) as refused:
        a_source(path, **lines)

    assert told in str(refused.value)


def _cursor() -> Cursor:
    return Cursor(source="weibo")
