"""When an article says it was published: the surest place that says the minute, checked against the others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from parsel import Selector

from desk.moments import Precision
from spiders.found_time import FoundTime, Place, day_of_address
from spiders.shown_times import (
    SAID_TO_BE_PUBLISHED,
    shown_ago,
    shown_notes,
    shown_times,
    shown_without_year,
    titled_times,
)
from spiders.told_times import script_times, told_times
from spiders.written_time import BEIJING, WrittenTime

_CLOCKS_MAY_DIFFER = timedelta(days=1)
_SHIFT = timedelta(hours=8)
_SURE = frozenset({Place.JSON_LD, Place.META, Place.MARKED, Place.LABELLED, Place.LABELLED_ELSEWHERE})
_OF_MACHINES = frozenset({Place.JSON_LD, Place.META, Place.MARKED})


def published_time(
    page: Selector, title: str, now: datetime, *, address: str = "", fresh: bool = True
) -> FoundTime | None:
    """When the article was published: to the minute where any place says so that is not contradicted; else the day.

    `fresh` is true for a page fetched `now`: only then is it known when 昨天 was.
    """
    shown = shown_notes(page, title)
    whole = chain(told_times(page, title), shown_times(shown), titled_times(page), script_times(page, title))
    found = _in_time(whole, now)
    days = list(_days(page, address))
    minutes = [each for each in found if each.written.to_the_minute]
    if not [each for each in minutes if each.place < Place.ELSEWHERE]:
        known = _end_of_day((*found, *days), now)
        found += _in_time(shown_without_year(shown, known), now)
        found += _in_time(shown_ago(shown, now), now) if fresh else []
    found.sort(key=lambda each: each.place)
    return _chosen(found) or next(iter(_in_time(days, now)), None)


def best_time(of_page: WrittenTime | None, of_list: WrittenTime | None) -> WrittenTime | None:
    """The page's own time, unless the list is exact about the same day and the page is not."""
    if of_page is None or of_list is None:
        return of_page or of_list
    exact = of_list.to_the_minute and not of_page.to_the_minute
    same_day = timedelta() <= of_list.at - of_page.at < timedelta(days=1)
    return of_list if exact and same_day else of_page


def _in_time(found: Iterator[FoundTime] | list[FoundTime], now: datetime) -> list[FoundTime]:
    return [each for each in found if each.written.at <= now + _CLOCKS_MAY_DIFFER]


def _chosen(found: list[FoundTime]) -> FoundTime | None:
    """The first to the minute; but where a surer place names only the day, the first that fits that day."""
    minutes = [each for each in found if each.written.precision is not Precision.DAY]
    sure = [each for each in found if each.place in _SURE and each.written.precision is Precision.DAY]
    first = next(iter(minutes), None)
    if first is None:
        return next(iter(found), None)
    if sure and (first.place > sure[0].place):
        fitting = next((each for each in minutes if _day(each.written) == _day(sure[0].written)), None)
        return fitting or (first if first.place in _SURE else sure[0])
    return _as_seen(first, [each for each in minutes if each.place not in _OF_MACHINES])


def _as_seen(first: FoundTime, seen: list[FoundTime]) -> FoundTime:
    """The time, unless people are told another as that of publication.

    Where they are shown the same figures as Beijing's, its zone is a system's mistake.
    """
    if first.place not in _OF_MACHINES or any(_minute(each) == _minute(first) for each in seen):
        return first
    shifted = replace(first, written=replace(first.written, at=first.written.at - _SHIFT))
    if any(_minute(each) == _minute(shifted) for each in seen):
        return replace(shifted, why=f"{first.why}, its zone corrected")
    return next((each for each in seen if each.why == SAID_TO_BE_PUBLISHED and each.written.to_the_minute), first)


def _days(page: Selector, address: str) -> Iterator[FoundTime]:
    told = page.xpath("//link[@rel='canonical']/@href|//meta[@property='og:url']/@content").getall()
    for each in (*told, address):
        found = day_of_address(each)
        if found is not None:
            yield found


def _end_of_day(found: tuple[FoundTime, ...], now: datetime) -> datetime:
    """The latest moment of the day the page is known to be of, else `now`: it tells the year of 06-10 08:12."""
    days = [each.written for each in found if each.place in _SURE or each.place is Place.ADDRESS]
    known = next(iter(days), None) or next((each.written for each in found), None)
    return now if known is None else min(now, known.at + timedelta(days=1))


def _day(written: WrittenTime) -> str:
    return written.at.astimezone(BEIJING).date().isoformat()


def _minute(found: FoundTime) -> datetime:
    return found.written.at.replace(second=0, microsecond=0)
