import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.charset import readable

TEXT = "云州市江口区化工厂起火，火势已得到控制。囍㐂"


@pytest.mark.parametrize("claimed", ["", "utf-8", "gb2312", "iso-8859-1", "big5", "nonsense"])
@pytest.mark.parametrize("real", ["utf-8", "gb18030"])
def test_the_text_is_read_whatever_the_server_claims(real: str, claimed: str) -> None:
    body = f"<html><body>{TEXT}</body></html>".encode(real)

    assert TEXT in readable(body, f"text/html; charset={claimed}")


def test_a_page_that_claims_big5_and_is_big5_is_read_so() -> None:
    body = '<meta charset="big5">雲州市江口區化工廠起火'.encode("big5")

    assert "雲州市江口區化工廠起火" in readable(body, "text/html")


@pytest.mark.parametrize("real", ["utf-8", "gb18030"])
def test_one_broken_character_does_not_spoil_the_rest(real: str) -> None:
    body = TEXT.encode(real) + b"\xff" + TEXT.encode(real)

    read = readable(body, f"text/html; charset={real}")

    assert read.startswith(TEXT)
    assert read.endswith(TEXT[-5:])


def test_a_byte_order_mark_goes_before_every_claim() -> None:
    assert readable(b"\xff\xfe" + TEXT.encode("utf-16-le"), "text/html; charset=gbk") == TEXT
    assert readable(b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=gbk") == TEXT


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_become_some_text(body: bytes, claimed: str) -> None:
    assert isinstance(readable(body, f"text/html; charset={claimed}"), str)


@given(st.text(max_size=100).filter(lambda text: not text.startswith("\ufeff")))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert readable(text.encode(errors="ignore"), "text/html; charset=gb2312") == text.encode(errors="ignore").decode()
