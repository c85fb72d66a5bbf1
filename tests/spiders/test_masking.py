"""Personal data planted in sentences gives way to marks; what only looks like it stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.clock import Stopwatch
from spiders.masking import mask, mask_path

PHONES = [
    "13812345678",
    "138-1234-5678",
    "138 1234 5678",
    "138.1234.5678",
    "138、1234、5678",
    "138，1234，5678",
    "138——1234——5678",
    "138杠1234杠5678",
    "138_1234_5678",
    "(138)12345678",
    "1 3 8 1 2 3 4 5 6 7 8",
    "1-3-8-1-2-3-4-5-6-7-8",
    "13 81 23 45 67 8",
    "138 123 45678",
    "138\u200b1234\u200b5678",
    "１３８１２３４５６７８",
    "١٣٨١٢٣٤٥٦٧٨",
    "一三八一二三四五六七八",
    "幺三八零零幺三八零零零",
    "+86 138 1234 5678",
    "8613812345678",
    "0086-13812345678",
    "（+86）13812345678",
    "1381234567813912345678",
    "010-12345678",
    "（0771）5881234",
    "01012345678",
    "0771-5881234转8001",
    "0771-5881234/5881235",
    "+86-10-88888888",
    "400-123-4567",
    "4001234567",
    "800 820 8820",
    "+852 9123 4567",
]
IDENTITIES = [
    "110101199003078515",
    "11010119900307851X",
    "１１０１０１１９９００３０７８５１Ｘ",
    "110101 19900307 8515",
    "110101-1990-0307-8515",
    "1 1 0 1 0 1 1 9 9 0 0 3 0 7 8 5 1 5",
    "110101900307851",
]
CARDS = [
    "6222021234567890123",
    "6222 0212 3456 7890 123",
    "622202 1234567890123",
    "4111111111111111",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
]
PLATES = [
    "京A12345",
    "京A·12345",
    "京 A 12345",
    "鲁b12345",
    "豫U-E0909",
    "粤B1234警",
    "云A1234学",
    "粤Z1234港",
    "沪AD12345",
    "沪A12345D",
]
MAILS = [
    "a.b@qq.com",
    "ａｂ＠qq．com",
    "abc @ 163 . com",
    "abc(at)qq.com",
    "12345#qq.com",
    "xiao_li@mail.yunzhou.gov.cn",
]
ACCOUNTS = [
    ("QQ：123456789", "QQ：<账号>"),
    ("QQ群 123456789", "QQ群 <账号>"),
    ("加QQ12345678", "加QQ<账号>"),
    ("微信号：abc_def123", "微信号：<账号>"),
    ("微信：abcdef", "微信：<账号>"),
    ("微信abcd_123", "微信<账号>"),
    ("VX:abcdef1", "VX:<账号>"),
    ("加V：abcdefg", "加V：<账号>"),
    ("抖音号 abcdef99", "抖音号 <账号>"),
    ("用户名: zhangsan", "用户名: <账号>"),
    ("昵称：小明同学", "昵称：<账号>"),
    ("weibo.com/u/1234567890", "weibo.com/u/<账号>"),
    ("https://weibo.com/1234567890/AbCdEf", "https://weibo.com/<账号>/AbCdEf"),
    ("weibo.com/n/张三", "weibo.com/n/<账号>"),
    ("https://www.zhihu.com/people/zhang-san?x=1", "https://www.zhihu.com/people/<账号>?x=1"),
    ("home.php?mod=space&uid=12345", "home.php?mod=space&uid=<账号>"),
    ("space-uid-12345.html", "space-uid-<账号>"),
]
NOT_PERSONAL = [
    "投资8407万余元，其中13800000000元为贷款",
    "1,234,567,890元和1234567.89元",
    "2026-06-10 08:10:00发布，20260610081000存档",
    "2026年6月10日8时10分至12:30",
    "2019 2020 2021 2022四年",
    "1 3 5 7 9 11 13 15",
    "东航MU5735航班，最新MU5735消息",
    "G1234次列车、K1234次列车晚点",
    "G30高速和S209省道封闭",
    "请拨打120、119、110、12345、12306、96110",
    "6.2级地震，震源深度10千米",
    "全市1411778724人，播放4000000000次",
    "国办发〔2016〕61号、国务院令第711号",
    "京ICP备12345678号、京公网安备11010802020134号",
    "统一社会信用代码91110108MA01234567",
    "股价3.1415926535，系数0.13812345678",
    "北纬23.54度东经110.12度",
    "微信支付上线，QQ音乐更新，新Model3上市",
    "3000 4000 5000 6000",
    "时间戳1718000000000",
]


@pytest.mark.parametrize("number", PHONES)
def test_a_telephone_gives_way_however_it_is_written(number: str) -> None:
    masked = mask(f"请联系{number}，谢谢")

    assert masked == "请联系<电话>，谢谢"


@pytest.mark.parametrize("number", IDENTITIES)
def test_an_identity_card_gives_way(number: str) -> None:
    assert mask(f"身份证{number}，谢谢") == "身份证<身份证>，谢谢"


@pytest.mark.parametrize("number", CARDS)
def test_a_bank_card_gives_way(number: str) -> None:
    assert mask(f"卡号{number}，谢谢") == "卡号<银行卡>，谢谢"


@pytest.mark.parametrize("number", PLATES)
def test_a_number_plate_gives_way(number: str) -> None:
    assert mask(f"车牌{number}，谢谢") == "车牌<车牌>，谢谢"


@pytest.mark.parametrize("address", MAILS)
def test_a_mail_address_gives_way(address: str) -> None:
    assert mask(f"邮箱{address}，谢谢") == "邮箱<邮箱>，谢谢"


@pytest.mark.parametrize(("written", "masked"), ACCOUNTS)
def test_an_account_gives_way_and_what_announces_it_stays(written: str, masked: str) -> None:
    assert mask(f"看{written} 谢谢") == f"看{masked} 谢谢"


def test_handles_give_way() -> None:
    masked = mask("@云州小李 转发 //@张-三: ＠用户7239847112，@用户 你好")

    assert masked == "@用户 转发 //@用户: @用户，@用户 你好"


def test_digits_in_keycaps_are_seen_through() -> None:
    masked = mask("电话1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣")

    assert masked.startswith("电话<电话>")
    assert not any(sign.isdigit() for sign in masked)


def test_a_local_number_gives_way_only_where_it_is_announced() -> None:
    assert mask("举报电话：2360944") == "举报电话：<电话>"
    assert mask("第2360944号") == "第2360944号"
    assert mask("致电20260610") == "致电20260610"


@pytest.mark.parametrize("sentence", NOT_PERSONAL)
def test_what_only_looks_personal_stays(sentence: str) -> None:
    assert mask(sentence) == sentence


def test_digits_that_are_no_possible_birthday_are_no_identity_card() -> None:
    assert mask("110101199013078515") == "110101199013078515"


def test_a_path_keeps_the_numbers_of_its_page() -> None:
    assert mask_path("/2026/0610/c1008-40012345.html") == "/2026/0610/c1008-40012345.html"
    assert mask_path("/tel/13812345678") == "/tel/<电话>"


_PIECES = st.sampled_from(
    [*PHONES, *IDENTITIES, *CARDS, *PLATES, *MAILS, *(written for written, _ in ACCOUNTS), *NOT_PERSONAL]
)
_CRUMBS = st.text(
    alphabet="0123456789 1358-.@:：=/_一幺京A加Vqw微信号QQ昵称<>电话用户weibo.comu+（）()Xx，", max_size=12
)


@given(st.lists(_PIECES | _CRUMBS | st.text(max_size=8), max_size=8).map("".join))
@settings(max_examples=400, deadline=None)
def test_masking_twice_changes_nothing(text: str) -> None:
    masked = mask(text)

    assert mask(masked) == masked


@given(st.text(alphabet="云州市江口区今天停水了，。！", max_size=30), st.sampled_from(PHONES))
def test_no_telephone_survives_between_words(words: str, number: str) -> None:
    masked = mask(f"{words}电话{number}。{words}")

    assert masked == f"{words}电话<电话>。{words}"


@pytest.mark.parametrize(
    "crumb", ["1", "1 ", "13", "138 1234 ", "a@", "a@b.", "110101 1990 ", "QQ:", "昵称:", "@", "weibo.com/u/"]
)
def test_masking_stays_linear_on_hostile_texts(crumb: str) -> None:
    stopwatch = Stopwatch()
    mask(crumb * (200_000 // len(crumb)))

    # A text of this length takes about 0.1 s; one quadratic pattern would take minutes.
    assert stopwatch.elapsed() < 10
