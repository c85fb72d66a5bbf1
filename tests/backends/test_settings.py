"""Settings: precedence, origins, and every problem at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.settings import JURISDICTION, SETTINGS, load_settings
from desk.errors import BadSettings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    return folder


def write_toml(data: Path, text: str) -> Path:
    file = data / "huiying.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems_of(flags: dict[str, str | None], environ: dict[str, str], folder: Path) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as refusal:
        load_settings(flags, environ, folder)
    return refusal.value.problems


def test_an_office_that_sets_nothing_runs_on_defaults(tmp_path: Path) -> None:
    settings = load_settings({}, {}, tmp_path)

    assert settings.data == tmp_path / "var"
    assert settings.sources == tmp_path / "var" / "sources.toml"
    assert settings.policy.is_file()
    assert (settings.office_name, settings.office_zone.key, settings.batch) == ("未设置", "Asia/Shanghai", 500)
    assert (settings.jurisdiction, settings.watch_words) == ((), ())
    assert (settings.webhook_url, settings.webhook_secret) == (None, None)
    assert set(settings.origins.values()) == {"default"}


def test_a_flag_goes_before_the_environment_before_the_file(tmp_path: Path, data: Path) -> None:
    file = write_toml(data, 'batch = 30\nlog_level = "debug"\noffice_name = "云州市"')
    environ = {"HUIYING_BATCH": "20", "HUIYING_LOG_LEVEL": "error"}

    settings = load_settings({"batch": "10", "log_level": None}, environ, tmp_path)

    assert (settings.batch, settings.log_level, settings.office_name) == (10, "error", "云州市")
    assert settings.origins["batch"] == "flag --batch"
    assert settings.origins["log_level"] == "environment HUIYING_LOG_LEVEL"
    assert settings.origins["office_name"] == f"{file}: office_name"


def test_every_setting_has_an_origin_and_something_to_show(tmp_path: Path) -> None:
    settings = load_settings({}, {"HUIYING_OFFICE_PREFIX": "云州"}, tmp_path)

    names = {setting.name for setting in SETTINGS}
    assert set(settings.origins) == set(settings.shown) == names
    assert settings.shown["office_prefix"] == "云州"


def test_the_data_folder_is_where_the_file_is_looked_for(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_toml(elsewhere, "batch = 7")

    settings = load_settings({}, {"HUIYING_DATA": "elsewhere"}, tmp_path)

    assert (settings.data, settings.batch) == (elsewhere, 7)


def test_a_path_in_the_file_starts_where_the_file_stands(tmp_path: Path, data: Path) -> None:
    (data / "rules.toml").touch()
    write_toml(data, 'policy = "rules.toml"')

    settings = load_settings({}, {}, tmp_path)

    assert settings.policy == data / "rules.toml"


def test_lists_are_written_with_the_commas_of_any_keyboard(tmp_path: Path) -> None:
    environ = {"HUIYING_WATCH_WORDS": "云州、青石桥，云州, 南湖水厂 ", "HUIYING_JURISDICTION": "990100,990200"}

    settings = load_settings({}, environ, tmp_path)

    assert settings.watch_words == ("云州", "青石桥", "南湖水厂")
    assert settings.jurisdiction == ("990100", "990200")


def test_lists_in_the_file_are_lists(tmp_path: Path, data: Path) -> None:
    write_toml(data, 'jurisdiction = ["990100"]\nwatch_words = ["云州，老城"]')

    settings = load_settings({}, {}, tmp_path)

    assert settings.jurisdiction == ("990100",)
    assert settings.watch_words == ("云州，老城",)


def test_every_problem_is_told_at_once_with_origin_and_hint(tmp_path: Path, data: Path) -> None:
    file = write_toml(data, 'jurisdiction = ["5301"]\nofice_name = "云州"')
    environ = {"HUIYING_LOG_LEVEL": "loud", "HUIYING_OFFICE_ZONE": "Mars/Olympus", "HUIYING_BACTH": "5"}

    problems = problems_of({"batch": "5001"}, environ, tmp_path)

    assert sorted(problems) == [
        "BACTH (environment HUIYING_BACTH): no such setting, did you mean 'batch'?",
        "BATCH=5001 (flag --batch): use a whole number from 1 to 5000",
        f"JURISDICTION=5301 ({file}: jurisdiction): '5301' is no division code, use {JURISDICTION.allowed}",
        "LOG_LEVEL=loud (environment HUIYING_LOG_LEVEL): use 'debug', 'info', 'warning' or 'error'",
        "OFFICE_ZONE=Mars/Olympus (environment HUIYING_OFFICE_ZONE): use an IANA time zone such as 'Asia/Shanghai'",
        f"OFICE_NAME ({file}: ofice_name): no such setting, did you mean 'office_name'?",
    ]


@pytest.mark.parametrize("batch", ["1", "5000"])
def test_both_ends_of_the_batch_are_allowed(batch: str, tmp_path: Path) -> None:
    settings = load_settings({"batch": batch}, {}, tmp_path)

    assert settings.batch == int(batch)


@pytest.mark.parametrize("batch", ["0", "5001", "-1", "1.5", "", "٣", "9" * 5000])
def test_beyond_the_ends_a_batch_is_refused(batch: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"batch": batch}, {}, tmp_path)

    assert problem.endswith("(flag --batch): use a whole number from 1 to 5000")


@pytest.mark.parametrize("prefix", ["", "云 州", "云-州", "一二三四五六七八九", "../x"])
def test_a_number_prefix_stays_speakable(prefix: str, tmp_path: Path) -> None:
    (problem,) = problems_of({}, {"HUIYING_OFFICE_PREFIX": prefix}, tmp_path)

    assert problem.endswith("use 1 to 8 letters or digits")


@pytest.mark.parametrize("zone", ["", "..", "/etc/passwd", "Asia", "Asia/Shanghai\0"])
def test_a_zone_that_does_not_exist_is_refused(zone: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"office_zone": zone}, {}, tmp_path)

    assert "use an IANA time zone" in problem


@pytest.mark.parametrize("line", ["batch = true", "batch = [5]", 'batch = "many"', "batch = 1.0"])
def test_a_value_of_the_wrong_type_is_refused(line: str, tmp_path: Path, data: Path) -> None:
    file = write_toml(data, line)

    (problem,) = problems_of({}, {}, tmp_path)

    assert f"({file}: batch): use a whole number" in problem


@pytest.mark.parametrize("line", ["jurisdiction = [990100]", "jurisdiction = 990100", "office_name = 5"])
def test_numbers_where_words_belong_are_refused(line: str, tmp_path: Path, data: Path) -> None:
    write_toml(data, line)

    (problem,) = problems_of({}, {}, tmp_path)

    assert "in quotes" in problem


def test_broken_toml_is_one_problem_with_file_and_line(tmp_path: Path, data: Path) -> None:
    file = write_toml(data, "batch = 30\nlog_level debug\n")

    problems = problems_of({}, {}, tmp_path)

    assert problems == (f"{file}, line 2: no valid TOML: expected '=' after a key in a key/value pair",)


def test_broken_toml_hides_no_other_problem(tmp_path: Path, data: Path) -> None:
    write_toml(data, 'office_name = "云州')

    problems = problems_of({"batch": "0"}, {}, tmp_path)

    assert len(problems) == 2


def test_a_file_that_is_no_text_is_one_problem(tmp_path: Path, data: Path) -> None:
    (data / "huiying.toml").write_bytes(b"\xff\xfe\x00")

    problems = problems_of({}, {}, tmp_path)

    assert problems == (f"{data / 'huiying.toml'}: cannot be read: not UTF-8 text",)


def test_a_file_with_a_mark_before_its_first_line_is_read(tmp_path: Path, data: Path) -> None:
    (data / "huiying.toml").write_bytes(b"\xef\xbb\xbfbatch = 7")

    settings = load_settings({}, {}, tmp_path)

    assert settings.batch == 7


def test_the_file_cannot_move_the_folder_it_stands_in(tmp_path: Path, data: Path) -> None:
    write_toml(data, 'data = "/elsewhere"')

    (problem,) = problems_of({}, {}, tmp_path)

    assert "use --data or HUIYING_DATA" in problem


def test_a_named_policy_must_be_there(tmp_path: Path) -> None:
    (problem,) = problems_of({"policy": "missing.toml"}, {}, tmp_path)

    assert problem == f"POLICY=missing.toml (flag --policy): no such file {tmp_path / 'missing.toml'}"


def test_what_the_tests_read_is_no_unknown_setting(tmp_path: Path) -> None:
    settings = load_settings({}, {"HUIYING_ARCHIVES": "somewhere"}, tmp_path)

    assert "archives" not in settings.origins


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_every_setting_is_documented(name: str) -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    setting = next(setting for setting in SETTINGS if setting.name == name)

    assert f"\n## `{name}`\n" in page
    assert setting.variable in page


@given(
    name=st.sampled_from([setting.name for setting in SETTINGS]),
    value=st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
)
def test_any_text_is_either_used_or_refused(name: str, value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()

    try:
        outcome = load_settings({name: value}, {}, folder).origins[name]
    except BadSettings as refusal:
        outcome = refusal.problems[0]

    assert "flag --" in outcome


def test_mail_and_the_board_have_sensible_defaults(tmp_path: Path) -> None:
    settings = load_settings({}, {}, tmp_path)

    assert (settings.smtp_host, settings.smtp_port, settings.smtp_starttls) == (None, 587, True)
    assert (settings.smtp_from, settings.smtp_user, settings.smtp_password) == (None, None, None)
    assert settings.board_url == "http://127.0.0.1:8765"


@pytest.mark.parametrize(("line", "read"), [("true", True), ("false", False), ('"yes"', True), ('"no"', False)])
def test_yes_and_no_are_written_either_way(line: str, tmp_path: Path, data: Path, *, read: bool) -> None:
    write_toml(data, f"smtp_starttls = {line}")

    assert load_settings({}, {}, tmp_path).smtp_starttls is read


@pytest.mark.parametrize("line", ["1", '"perhaps"', '""', "[true]"])
def test_what_is_neither_yes_nor_no_is_refused(line: str, tmp_path: Path, data: Path) -> None:
    write_toml(data, f"smtp_starttls = {line}")

    (problem,) = problems_of({}, {}, tmp_path)

    assert problem.endswith("use 'yes' or 'no'")


def test_mail_comes_from_somewhere_and_signing_in_needs_a_password(tmp_path: Path) -> None:
    problems = problems_of({"smtp_host": "mail.example", "smtp_user": "desk"}, {}, tmp_path)

    assert problems == (
        "SMTP_FROM= (needed by flag --smtp-host): mail comes from somewhere, set smtp_from",
        "SMTP_PASSWORD= (needed by flag --smtp-user): signing in needs both, set HUIYING_SMTP_PASSWORD_FILE",
    )


def test_the_password_of_the_mail_server_is_read_from_a_file_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter22", encoding="utf-8")
    environ = {"HUIYING_SMTP_PASSWORD_FILE": "secret", "HUIYING_SMTP_USER": "desk"}

    settings = load_settings({}, environ, tmp_path)

    assert settings.smtp_password == "hunter22"
    assert "hunter22" not in repr(settings)
    assert settings.shown["smtp_password"] == "••••"


@pytest.mark.parametrize("host", ["mail example", "mail/../", "https://mail.example", "邮件"])
def test_a_mail_server_is_a_host_and_nothing_else(host: str, tmp_path: Path) -> None:
    (problem, *_) = problems_of({"smtp_host": host}, {}, tmp_path)

    assert problem.endswith("use a host name or an IP address, or nothing")


@pytest.mark.parametrize("address", ["desk", "desk@", "<desk@example>", "desk@example\nBcc: x@y"])
def test_the_sender_is_one_plain_address(address: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"smtp_from": address}, {}, tmp_path)

    assert "use a mail address such as desk@example.gov.cn" in problem


def test_the_boards_address_loses_the_slash_at_its_end(tmp_path: Path) -> None:
    settings = load_settings({"board_url": "https://desk.example/board/"}, {}, tmp_path)

    assert settings.board_url == "https://desk.example/board"


@pytest.mark.parametrize(
    "url", ["", "desk.example", "ftp://desk.example", "https://a:b@desk.example", "https://x/?a=1"]
)
def test_an_address_people_cannot_follow_is_refused(url: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"board_url": url}, {}, tmp_path)

    assert problem.endswith("use an http or https address without user name and password")
