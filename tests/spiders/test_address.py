"""An address is one identity, however it is written, and names no account."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.address import LONGEST, canonical_address

SAME_POST = "https://m.weibo.cn/status/NabCdEf"
SAME_PAGE = "https://bbs.yunzhou.example/thread-12-1-1.html"


@pytest.mark.parametrize(
    "written",
    [
        "https://weibo.com/1234567890/NabCdEf",
        "http://www.weibo.com/1234567890/NabCdEf?refer_flag=1001030103_#comment",
        "https://weibo.com/status/NabCdEf",
        "https://m.weibo.cn/detail/NabCdEf",
        "https://m.weibo.cn/1234567890/NabCdEf",
    ],
)
def test_a_weibo_post_has_one_address_without_its_account(written: str) -> None:
    assert canonical_address(written) == SAME_POST


@pytest.mark.parametrize(
    "written",
    [
        "HTTP://Bbs.Yunzhou.Example:80/thread-12-1-1.html#p3",
        "https://bbs.yunzhou.example:443/thread-12-1-1.html?utm_source=x&spm=1.2",
        "https://user:secret@bbs.yunzhou.example/thread-12-1-1.html",
        " https://bbs.yunzhou.example./thread-12-1-1.html?authorid=99&uid=7&username=zhang ",
    ],
)
def test_the_same_page_has_the_same_address(written: str) -> None:
    assert canonical_address(written) == SAME_PAGE


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        (
            "https://bbs.yunzhou.example/f.php?tid=5&mod=view&authorid=9",
            "https://bbs.yunzhou.example/f.php?mod=view&tid=5",
        ),
        ("https://bbs.yunzhou.example:8443/t/1", "https://bbs.yunzhou.example:8443/t/1"),
        ("https://bbs.yunzhou.example/blog-77-345.html", "https://bbs.yunzhou.example/blog-345.html"),
        ("https://bbs.yunzhou.example/users/zhang/posts/3", "https://bbs.yunzhou.example/posts/3"),
        ("https://bbs.yunzhou.example/%40zhang/3", "https://bbs.yunzhou.example/3"),
        (
            "https://mp.weixin.qq.com/s?__biz=MzA&mid=2&idx=1&sn=ab&scene=1",
            "https://mp.weixin.qq.com/s?idx=1&mid=2&sn=ab",
        ),
        ("https://www.sohu.com/a/123_456", "https://www.sohu.com/a/123"),
        ("https://www.xiaohongshu.com/user/profile/5a/6b01", "https://www.xiaohongshu.com/explore/6b01"),
        ("https://x.com/zhang/status/17", "https://x.com/i/status/17"),
    ],
)
def test_account_parts_are_dropped_and_the_page_stays(written: str, canonical: str) -> None:
    assert canonical_address(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "https://weibo.com/u/1234567890",
        "https://weibo.com/zhangsan",
        "https://m.weibo.cn/profile/1234567890",
        "https://www.zhihu.com/people/zhang-san",
        "https://www.douyin.com/user/MS4wLjAB",
        "https://www.xiaohongshu.com/user/profile/5a01",
        "https://space.bilibili.com/12345",
        "https://bbs.yunzhou.example/space-uid-12.html",
        "https://bbs.yunzhou.example/u/zhang",
    ],
)
def test_a_page_that_is_an_accounts_alone_is_no_address(written: str) -> None:
    assert canonical_address(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "",
        "云州论坛",
        "ftp://a.example/x",
        "javascript:alert(1)",
        "https://",
        "//a.example/x",
        "http://[bad/x",
        "http://a.example:99999/",
    ],
)
def test_what_is_no_web_address_is_none(written: str) -> None:
    assert canonical_address(written) is None


def test_an_address_is_kept_up_to_its_limit() -> None:
    start = "https://a.example/"
    longest = start + "x" * (LONGEST - len(start))

    assert canonical_address(longest) == longest
    assert canonical_address(longest + "x") is None


@pytest.mark.parametrize("place", ["/c/{}", "/c?q={}", "/c?q=a&tel={}", "/c;uid={}"])
@pytest.mark.parametrize("planted", ["13812345678", "110101199003078515", "drill@yunzhou.example.com"])
def test_personal_data_planted_in_an_address_is_gone(place: str, planted: str) -> None:
    address = canonical_address("https://a.example" + place.format(planted))

    assert address is not None
    assert planted not in address


@given(
    st.sampled_from(["https://a.example", "http://weibo.com", "https://www.zhihu.com", "https://bbs.b.example:8080"]),
    st.text(alphabet="abu/@~.-_1%23?&=;:#云 user", max_size=40),
)
@settings(deadline=None)
def test_a_canonical_address_is_its_own_canonical_address(site: str, rest: str) -> None:
    address = canonical_address(f"{site}/{rest}")

    assert address is None or canonical_address(address) == address
