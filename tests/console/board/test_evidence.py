import pytest

from console.web.evidence import LARGEST_RECORD
from console.web.site import Site
from desk.accounts import Role
from tests.console.board.hands import at, filled_in, read, stored
from tests.console.board.scene import Filed
from tests.console.web.visitors import PASSWORD, signed_in

SECOND = {"second_name": "director", "second_password": PASSWORD}
RELEASE = {"channel": "云州发布", "kind": "first", "title": "情况通报", "published_at": "2026-06-03T19:30"}


def test_a_release_needs_a_registered_channel(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    fields = {**RELEASE, "channel": "别家发布"}

    page = filled_in(signed_in(site, Role.OFFICER), filed.close, "record-release", fields, record=b"x")

    assert page.status_code == 422
    assert stored(site, filed.close).releases == ()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "至少要有一样作为凭据"),
        ("https://elsewhere.example/1", "不在已登记官方渠道的网址之内"),
        ("http://169.254.169.254/latest", "不在已登记官方渠道的网址之内"),
        ("https://www.yunzhou.example/tongbao/1", "页面没有取到"),
    ],
)
def test_a_release_needs_evidence_and_only_registered_hosts_are_asked_for_it(
    morning: tuple[Site, Filed], address: str, words: str
) -> None:
    site, filed = morning

    page = filled_in(signed_in(site, Role.OFFICER), filed.close, "record-release", {**RELEASE, "address": address})

    assert page.status_code == 422
    assert words in read(page)
    assert stored(site, filed.close).releases == ()


@pytest.mark.parametrize(("size", "status"), [(0, 422), (1, 303), (LARGEST_RECORD, 303), (LARGEST_RECORD + 1, 422)])
def test_a_file_is_taken_up_to_its_largest_size(morning: tuple[Site, Filed], size: int, status: int) -> None:
    site, filed = morning

    answer = filled_in(signed_in(site, Role.OFFICER), filed.close, "record-release", RELEASE, record=b"x" * size)

    assert answer.status_code == status
    assert len(stored(site, filed.close).releases) == (status == 303)


def test_without_registered_channels_the_form_says_what_to_do(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    site.settings.sources.unlink()

    page = read(signed_in(site, Role.OFFICER).get(at(filed.close, "record-release")))

    assert "还没有登记官方渠道" in page


def test_a_press_conference_needs_a_speaker_and_a_record(morning: tuple[Site, Filed]) -> None:
    site, filed = morning
    browser = signed_in(site, Role.OFFICER)
    held = {"kind": "press_conference", "held_at": "2026-06-03T19:30"}

    nobody = filled_in(browser, filed.close, "record-conference", held)
    nothing = filled_in(browser, filed.close, "record-conference", {**held, "speakers": "市长"})

    assert "请至少填写一位发布人的职务" in read(nobody)
    assert "请填写实录链接，或附上实录文件" in read(nothing)
    assert stored(site, filed.close).conferences == ()
