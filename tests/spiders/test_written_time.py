from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.moments import Precision
from spiders.written_time import BEIJING, read_marked_time, read_time, read_times

MINUTES = st.integers(0, 50_000_000).map(lambda minutes: datetime(1991, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
BUT_MIDNIGHT = MINUTES.filter(lambda moment: (moment.hour, moment.minute) != (0, 0))


@pytest.mark.parametrize(
    ("written", "expected", "precision"),
    [
        ("2026-06-10T08:12:30+08:00", "2026-06-10T00:12:30", Precision.SECOND),
        ("2026-06-10T08:12:30.123Z", "2026-06-10T08:12:30", Precision.SECOND),
        ("2026-06-10 08:12", "2026-06-10T00:12:00", Precision.MINUTE),
        ("发布时间：2026年6月10日 08:12　来源：云州日报", "2026-06-10T00:12:00", Precision.MINUTE),
        ("2026年6月10日8时12分", "2026-06-10T00:12:00", Precision.MINUTE),
        ("2026年6月10日 下午3:05", "2026-06-10T07:05:00", Precision.MINUTE),
        ("2026-06-10（星期三）15:05", "2026-06-10T07:05:00", Precision.MINUTE),
        ("2026/6/10", "2026-06-09T16:00:00", Precision.DAY),
        ("2026-06-10 00:00:00", "2026-06-09T16:00:00", Precision.DAY),
        ("2026-06-10-10:00:00", "2026-06-10T02:00:00", Precision.SECOND),
        ("Wed, 10 Jun 2026 08:12:00 +0800", "2026-06-10T00:12:00", Precision.SECOND),
        ("Wed, 10 Jun 2026 08:12:00", "2026-06-10T00:12:00", Precision.SECOND),
        ("1781050320", "2026-06-10T00:12:00", Precision.SECOND),
    ],
)
def test_times_are_read_as_sites_write_them(written: str, expected: str, precision: Precision) -> None:
    found = read_marked_time(written)

    assert found is not None
    assert (found.at, found.precision) == (datetime.fromisoformat(expected).replace(tzinfo=UTC), precision)


@pytest.mark.parametrize(
    "written", ["", "昨天 08:12", "2026-13-10 08:12", "2026-02-30", "20260610", "1926-06-10", "12:30"]
)
def test_what_is_no_time_is_none(written: str) -> None:
    assert read_marked_time(written) is None


@given(BUT_MIDNIGHT, st.sampled_from(["%Y-%m-%d %H:%M", "%Y年%m月%d日 %H:%M", "%Y/%m/%d %H:%M", "%Y.%m.%d  %H：%M"]))
def test_every_minute_is_read_back_as_beijing_s(moment: datetime, form: str) -> None:
    found = read_time(moment.strftime(form))

    assert found is not None
    assert found.at == moment.replace(tzinfo=BEIJING)
    assert found.to_the_minute


@given(BUT_MIDNIGHT, st.integers(-12, 14))
def test_a_named_zone_is_believed(moment: datetime, hours: int) -> None:
    found = read_time(f"{moment:%Y-%m-%dT%H:%M:%S}{hours:+03}:00")

    assert found is not None
    assert found.at == moment.replace(tzinfo=UTC) - timedelta(hours=hours)


@given(st.text(alphabet="0123456789-:年月日时分 TZ+下午", max_size=60))
def test_no_text_makes_it_stumble(text: str) -> None:
    assert all(found.at.tzinfo is not None for found in read_times(text))
    read_marked_time(text)
