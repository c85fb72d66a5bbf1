"""Numbers that lead to a person: telephones, identity cards, bank cards, number plates."""

import re
from collections.abc import Callable
from datetime import date

from spiders.masking_rule import Family, Rule

PHONE = "<电话>"
IDENTITY = "<身份证>"
CARD = "<银行卡>"
PLATE = "<车牌>"

# What people put between the digits of one number, in plain form; bounded, so that matching stays linear.
_GAP = r"[ \-~.,_/|()\[\]*·杠横点\u200b]{1,3}"
_TIGHT_GAP = r"[ \-~._/·\u200b]{1,2}"
# Looks back over a number's first sign: not inside a longer number, a fraction or an amount. It stands behind that
# sign because a pattern that begins with a plain sign is searched for several times faster.
_FRESH = r"(?<!\d.)(?<!0\..)(?<![¥$€£].)"
# A number followed by a unit is an amount or a count, not a telephone.
_NOT_MONEY = (
    r"(?! ?(?:[百千]?[万亿]?(?:元(?!先生|女士|小姐)|美元|欧元|日元|港元|人民币|股|吨|立方|平方|千瓦时|公里|人次)"
    r"|[万亿]人))"
)
_NOT_COUNT = _NOT_MONEY + r"(?! ?(?:余|多)?[人户件名次个辆])"
_COUNTRY = rf"(?:\({_FRESH}\+?86\)|\+{_FRESH}86|0{_FRESH}086|8{_FRESH}6)(?:{_GAP})?"


def _mobile() -> str:
    """The ways eleven digits of a mobile are grouped, without the leading 1."""
    g = f"(?:{_GAP})"
    groupings = [
        r"[3-9]\d{9}(?:1[3-9]\d{9})*",  # several in a row without anything between them
        rf"[3-9]\d(?:{g}\d{{4}}{g}?\d{{4}}|\d{{4}}{g}\d{{4}}|{g}\d{{3}}{g}\d{{5}}|{g}\d{{5}}{g}\d{{3}})",
        rf"[3-9]\d\d{g}\d{{3}}{g}?\d{{4}}",
        rf"[3-9]\d\d(?:{g}\d{{4}}{g}?\d{{3}}|\d{{3}}{g}\d{{4}}|\d{g}\d{{6}}|\d\d{g}\d{{5}})",
        rf"[3-9](?:{g}\d\d){{4}}{g}\d",
        rf"[3-9](?:{g}\d{{3}}){{3}}",
        rf"{g}[3-9](?:{g}\d){{9}}",
        rf"{g}[3-9]\d{{9}}",
        rf"{g}[3-9]\d\d{g}\d{{3}}{g}\d{{4}}",
    ]
    return "(?:" + "|".join(groupings) + ")"


_SPELLED = "零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖⓪①②③④⑤⑥⑦⑧⑨❶❷❸❹❺❻❼❽❾"
_SPELLED_VALUES = "000" + "123456789" + "1" + "123456789" + "0" + "123456789" + "123456789"
_TO_DIGITS = str.maketrans(_SPELLED, _SPELLED_VALUES)
_MOBILE_DIGITS = re.compile(r"1[3-9]\d{9}")


def _spelled_mobile(written: str) -> bool:
    digits = re.sub(r"[^\d]", "", written.translate(_TO_DIGITS))
    return _MOBILE_DIGITS.fullmatch(digits) is not None


_AREA = r"(?:10|2\d|[3-9]\d\d)"
_LOCAL = rf"\d{{3,4}}(?:{_GAP})?\d{{4}}"
_LAND_TAIL = r"(?:(?:-|,? ?转 ?|,? ?ext\.? ?|,? ?分机 ?)\d{1,6}(?!\d))?(?:[/,] ?\d{7,8}(?!\d)){0,5}"


def _not_a_day(number: str) -> bool:
    """Whether eight digits are no calendar day: 20260610 after «致电» is a date."""
    return len(number) != 8 or not _is_day(number[:4], number[4:6], number[6:])


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return year[:2] in ("18", "19", "20")


# The first two digits of an identity card: provinces, then Taiwan, Hong Kong, Macao and permanent residents.
_REGION = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|99")


def _identity(written: str) -> bool:
    """Whether region and day of birth are possible.

    The check digit is not asked for: a number with one digit mistyped still leads to a person.
    """
    digits = re.sub(r"[^\dXx]", "", written)
    born = digits[6:14] if len(digits) == 18 else "19" + digits[6:12]
    return _REGION.match(digits) is not None and _is_day(born[:4], born[4:6], born[6:])


_GOES_WITHOUT_CHECK = re.compile(r"62\d{14,17}")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[01]\d|2[0-3])")


def _card(written: str) -> bool:
    """Whether an unbroken run may be a bank card: UnionPay's 62…, or a card's first digit and a right check digit."""
    stamp = _STAMP.match(written)
    if stamp and _is_day(*stamp.groups()):
        return False
    if _GOES_WITHOUT_CHECK.fullmatch(written):
        return True
    return written[0] in "234569" and _luhn(written)


def _grouped_card(written: str) -> bool:
    """Whether groups of four are a bank card, not a row of years or round amounts."""
    groups = re.findall(r"\d+", written)
    length = sum(map(len, groups))
    if all(re.fullmatch(r"(?:19|20)\d\d|\d+00", group) for group in groups):
        return False
    return 13 <= length <= 19 and groups[0][0] in "234569"


def _luhn(digits: str) -> bool:
    doubled = "0246813579"
    odd = sum(int(digit) for digit in digits[-1::-2])
    even = sum(int(doubled[int(digit)]) for digit in digits[-2::-2])
    return (odd + even) % 10 == 0


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_NUMBER = re.compile(r"[A-Za-z0-9]{5}|[A-Za-z][A-Za-z0-9]\d{4}|\d{5}[A-Za-z]")


def _plate(written: str) -> bool:
    """Whether what follows province and letter is a plate's number: at least three digits in five or six places."""
    number = re.sub(r"[^A-Za-z0-9]", "", written)[1:]
    if written[-1] in "挂学警港澳领试超使":
        return sum(map(str.isdigit, number)) >= 2
    return sum(map(str.isdigit, number)) >= 3 and _PLATE_NUMBER.fullmatch(number) is not None


def _digits(count: int) -> str:
    return rf"(?:(?:{_TIGHT_GAP})?\d){{{count}}}"


_SPELLED_OR_DIGIT = rf"[{_SPELLED}\d]"
_S4 = f"{_SPELLED_OR_DIGIT}{{4}}"
_OPTIONAL_TIGHT = f"(?:{_TIGHT_GAP})?"
_OPTIONAL = f"(?:{_GAP})?"
_PLATE_BODY = r"(?:[A-Za-z0-9]{4}[挂学警港澳领试超使]|[A-Za-z0-9]{5,6}(?![A-Za-z0-9]))"
_CENTURY = rf"{_OPTIONAL_TIGHT}(?:1{_OPTIONAL_TIGHT}[89]|2{_OPTIONAL_TIGHT}0)"

_IDENTITIES = (
    rf"[1-9]{_FRESH}{_digits(5)}{_CENTURY}{_digits(9)}{_OPTIONAL_TIGHT}[\dXx](?!\d)",
    rf"[1-9]{_FRESH}\d{{5}}[ -]?\d{{6}}[ -]?\d{{3}}(?!\d)",
)
_LAND_LINES = (
    rf"\({_FRESH}0{_AREA}\){_OPTIONAL}{_LOCAL}(?!\d){_NOT_COUNT}{_LAND_TAIL}",
    rf"0{_FRESH}{_AREA}\)?{_OPTIONAL}{_LOCAL}(?!\d){_NOT_COUNT}{_LAND_TAIL}",
    rf"{_COUNTRY}{_AREA}{_OPTIONAL}{_LOCAL}(?!\d){_NOT_COUNT}{_LAND_TAIL}",
    rf"[48]{_FRESH}00{_OPTIONAL}(?:\d{{3}}{_OPTIONAL}\d{{4}}|\d{{4}}{_OPTIONAL}\d{{3}})(?!\d){_NOT_COUNT}",
    rf"\+{_FRESH}\d{{1,3}}(?:[ \-()]{{0,2}}\d){{7,12}}(?!\d){_NOT_COUNT}",
)
_MOBILES = (
    rf"{_COUNTRY}1{_mobile()}(?!\d){_NOT_MONEY}",
    rf"\({_FRESH}1[3-9]\d\){_OPTIONAL}\d{{4}}{_OPTIONAL}\d{{4}}(?!\d){_NOT_MONEY}",
    rf"1{_FRESH}{_mobile()}(?!\d){_NOT_MONEY}",
)
_ANNOUNCED = rf"(?:号码?)?[ :是为]{{0,3}}(?P<secret>[2-9]\d{{2,3}}[ -]?\d{{4}})(?!\d){_NOT_COUNT}"


def _rule(pattern: str, mark: str, plausible: Callable[[str], bool] | None = None) -> Rule:
    return Rule(pattern=re.compile(pattern), mark=mark, plausible=plausible)


NUMBERS = Family(
    re.compile(r"\d.{0,3}\d"),
    (
        *(_rule(pattern, IDENTITY, _identity) for pattern in _IDENTITIES),
        _rule(rf"\d{_FRESH}\d{{12,18}}(?!\d){_NOT_MONEY}", CARD, _card),
        _rule(
            rf"\d{_FRESH}\d{{3}}([ \-.·]{{1,2}})\d{{4}}(?:\1\d{{4}}){{1,2}}(?:\1\d{{1,4}})?(?!\d){_NOT_MONEY}",
            CARD,
            _grouped_card,
        ),
        _rule(rf"6{_FRESH}2\d{{4}}[ \-.]\d{{10,13}}(?!\d)", CARD),
        *(_rule(pattern, PHONE) for pattern in _MOBILES),
        *(_rule(pattern, PHONE) for pattern in _LAND_LINES),
        _rule(rf"(?:电话|座机|固话|传真|致电|拨打|手机|联系方式){_ANNOUNCED}", PHONE, _not_a_day),
        _rule(rf"(?<![A-Za-z])(?i:tel|phone){_ANNOUNCED}", PHONE, _not_a_day),
        _rule(rf"[{_PROVINCES}](?<![最更全重刷创].) ?[A-Za-z][ .·\-]?{_PLATE_BODY}", PLATE, _plate),
        _rule(rf"[Ww][Jj][ .·\-]?[{_PROVINCES}]?[ .·\-]?\d{{4}}[\dA-Z](?![\dA-Za-z])", PLATE),
    ),
)

UNBROKEN_NUMBERS = Family(
    re.compile(r"\d{11}"),
    (
        _rule(rf"[1-9]{_FRESH}\d{{16}}[\dXx](?!\d)", IDENTITY, _identity),
        _rule(rf"1{_FRESH}[3-9]\d{{9}}(?!\d)", PHONE),
    ),
)

SPELLED_NUMBERS = Family(
    re.compile(rf"{_SPELLED_OR_DIGIT}{{3}}"),
    (
        _rule(
            rf"{_SPELLED_OR_DIGIT}{_FRESH}(?<!{_SPELLED_OR_DIGIT}.){_SPELLED_OR_DIGIT}{{2}}{_OPTIONAL}{_S4}"
            rf"{_OPTIONAL}{_S4}(?!{_SPELLED_OR_DIGIT}){_NOT_MONEY}",
            PHONE,
            _spelled_mobile,
        ),
    ),
)
