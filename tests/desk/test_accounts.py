from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.accounts import (
    IDLE,
    QUIET,
    WHOLE,
    AccountRefused,
    Failures,
    Role,
    Session,
    account_name,
    alive,
    failed_again,
    name_key,
    wait_left,
    weakness,
)
from tests.build import HOUR, MICROSECOND, MINUTE, NOON, SECOND

NOTHING = timedelta()
SESSION = Session(token_hash="t", account_id="a", started_at=NOON, used_at=NOON)


def failed(times: int) -> Failures:
    return Failures(times=times, last_at=NOON)


def test_each_role_covers_itself_and_those_before_it() -> None:
    covered = [[role.covers(needed) for needed in Role] for role in Role]

    assert covered == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]


@pytest.mark.parametrize(
    ("times", "wait"),
    [(1, 0), (4, 0), (5, 2), (6, 4), (7, 8), (13, 512), (14, 900), (15, 900), (10_000, 900)],
)
def test_wait_doubles_from_the_fifth_failure_up_to_a_quarter_of_an_hour(times: int, wait: int) -> None:
    assert wait_left(failed(times), NOON) == wait * SECOND


def test_wait_is_over_at_its_end_and_not_a_moment_before() -> None:
    end = NOON + 2 * SECOND

    assert wait_left(failed(5), end - MICROSECOND) == MICROSECOND
    assert wait_left(failed(5), end) == NOTHING


def test_shared_subject_waits_after_as_many_times_more_failures() -> None:
    assert wait_left(failed(20), NOON, allowance=5) == NOTHING
    assert wait_left(failed(21), NOON, allowance=5) == 2 * SECOND


def test_failures_count_on_until_a_day_has_been_quiet() -> None:
    assert failed_again(failed(5), NOON + QUIET - MICROSECOND).times == 6
    assert failed_again(failed(5), NOON + QUIET).times == 1
    assert failed_again(None, NOON) == failed(1)


@given(st.integers(1, 200), st.integers(0, 86_399), st.integers(1, 10))
def test_no_wait_is_longer_than_a_quarter_of_an_hour_or_shorter_for_more_failures(
    times: int, seconds: int, allowance: int
) -> None:
    now = NOON + seconds * SECOND

    waits = [wait_left(failed(each), now, allowance=allowance) for each in (times, times + 1)]

    assert NOTHING <= waits[0] <= waits[1] <= 15 * MINUTE


def test_session_is_over_once_idle_or_old() -> None:
    used = Session(token_hash="t", account_id="a", started_at=NOON, used_at=NOON + 20 * HOUR)

    assert alive(SESSION, NOON + IDLE - MICROSECOND)
    assert not alive(SESSION, NOON + IDLE)
    assert alive(used, NOON + WHOLE - MICROSECOND)
    assert not alive(used, NOON + WHOLE)


@pytest.mark.parametrize("typed", ["王值班", " 王值班 ", "ＷＡＮＧ", "a" * 30])
def test_name_that_people_have_is_taken(typed: str) -> None:
    assert name_key(account_name(typed)) == name_key(typed.strip())


@pytest.mark.parametrize("typed", ["", "  ", "王 值班", "a" * 31, "王\n值班", "王\u202e值班", "\x00"])
def test_name_that_nobody_can_have_is_refused(typed: str) -> None:
    with pytest.raises(AccountRefused, match="use 1 to 30 characters"):
        account_name(typed)


@pytest.mark.parametrize("password", ["云州的桥都修好了吗啊", "a1b2c3d4e5", "x" * 196 + "abcd"])
def test_password_of_fitting_length_is_taken(password: str) -> None:
    assert weakness(password, name="王值班") is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("a1b2c3d4e", "至少 10 个字符"),
        ("x" * 197 + "abcd", "最多 200 个字符"),
        ("我是王值班今天也在岗", "不能包含登录名"),
        ("abcdabcdabcd", "5 个不同的字符"),
    ],
)
def test_weak_password_is_refused_with_the_reason(password: str, why: str) -> None:
    assert why in (weakness(password, name="王值班") or "")
