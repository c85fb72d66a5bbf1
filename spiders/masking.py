"""Personal data in free text gives way to marks before anything is kept (DESIGN §7)."""

import unicodedata

from spiders.masking_rule import Family, Masked
from spiders.personal_accounts import ACCOUNT_ADDRESSES, ACCOUNT_NAMES, MAILS
from spiders.personal_numbers import NUMBERS, SPELLED_NUMBERS, UNBROKEN_NUMBERS

# Account pages and mail first: their digits would otherwise be taken for telephones.
_FAMILIES: tuple[Family, ...] = (*ACCOUNT_ADDRESSES, MAILS, NUMBERS, SPELLED_NUMBERS, *ACCOUNT_NAMES)
_PATH_FAMILIES: tuple[Family, ...] = (*ACCOUNT_ADDRESSES, MAILS, UNBROKEN_NUMBERS)
_FEW = 6
_GAPLESS = "\u200b"
_LAST_DIGIT = 0x20000
_ALIKE = {
    "-": "‐‑‒–−﹣",
    # Apart from the dash, which a Weibo name may have within it.
    "~": "—―〜",
    " ": "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    ".": "。｡．•・‧∙⋅●",
    ",": "，、",
    "¥": "￥",
    "(": "【〔",
    ")": "】〕",
    _GAPLESS: "\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\ufe0e\ufe0f\u20e3",
}


def mask(text: str) -> str:
    """The text with marks for telephones, identity and bank cards, plates, mail, account ids and handles.

    Full-width digits, digits of other scripts and digits with gaps are seen through. Masking a masked text
    changes nothing. Runs in time linear in the length of the text.
    """
    return _without(text, _FAMILIES)


def mask_path(path: str) -> str:
    """The path of an address with the same marks, but only for what is written without gaps.

    Slashes and dashes between the numbers of a page (`/0610/40012345`) are no gaps within a telephone number.
    """
    return _without(path, _PATH_FAMILIES)


def plain(text: str) -> str:
    """The text with every digit, sign and gap in its plainest form, character by character."""
    return text.translate(_PLAIN)


def _without(text: str, families: tuple[Family, ...]) -> str:
    # A mark may uncover a neighbour that its digits had hidden: look again, a few times at most.
    for _ in range(_FEW):
        masked = Masked(text, plain(text))
        for family in families:
            masked = masked.without(family)
        if masked.text == text:
            break
        text = masked.text
    return text


def _plain_forms() -> dict[int, str]:
    forms = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in range(0x80, _LAST_DIGIT):
        if unicodedata.category(chr(code)) == "Nd":
            forms[code] = str(unicodedata.digit(chr(code)))
    for sign, variants in _ALIKE.items():
        forms |= {ord(variant): sign for variant in variants}
    return forms


_PLAIN = _plain_forms()
