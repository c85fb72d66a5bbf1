"""Moments and lengths as people read them, on the office's own clock; the page's script counts on in the same words."""

from datetime import datetime, timedelta, tzinfo

_DAYS_FROM = timedelta(hours=72)
_HOUR = timedelta(hours=1)


def moment_text(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """6月10日 08:10, with the year where it is another one than now."""
    there, here = moment.astimezone(zone), now.astimezone(zone)
    year = "" if there.year == here.year else f"{there.year}年"
    return f"{year}{there.month}月{there.day}日 {there:%H:%M}"


def exact_text(moment: datetime, zone: tzinfo) -> str:
    """2026-06-10 08:10:00, as evidence is read."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def length_text(length: timedelta) -> str:
    """16 天 4 小时, 3 小时 12 分, or 12 分 30 秒: two units are as much as anybody takes in."""
    seconds = max(int(length.total_seconds()), 0)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if length >= _DAYS_FROM:
        return f"{hours // 24} 天 {hours % 24} 小时"
    if length >= _HOUR:
        return f"{hours} 小时 {minutes:02} 分"
    return f"{minutes} 分 {seconds:02} 秒"


def countdown_text(due: datetime, now: datetime) -> str:
    """How long is left until the due second, or how long ago it passed."""
    left = due.replace(microsecond=0) - now.replace(microsecond=0)
    return f"还剩 {length_text(left)}" if left >= timedelta() else f"已过 {length_text(-left)}"
