"""Settings that hold a secret: where they may come from, and that nobody sees them."""

import re
from pathlib import Path

import pytest

from backends.settings import load_settings
from desk.errors import BadSettings

SECRET = "correct-horse-battery"


def problems_of(flags: dict[str, str | None], environ: dict[str, str], folder: Path) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as refusal:
        load_settings(flags, environ, folder)
    return refusal.value.problems


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")

    settings = load_settings({}, {"HUIYING_WEBHOOK_SECRET_FILE": "secret"}, tmp_path)

    assert settings.webhook_secret == SECRET
    assert settings.origins["webhook_secret"] == "environment HUIYING_WEBHOOK_SECRET_FILE"


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    (problem,) = problems_of({}, {"HUIYING_OFFICE_NAME_FILE": "name"}, tmp_path)

    assert "no such setting" in problem


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    environ = {"HUIYING_WEBHOOK_SECRET": SECRET, "HUIYING_WEBHOOK_SECRET_FILE": "secret"}

    (problem,) = problems_of({}, environ, tmp_path)

    assert "given twice" in problem


def test_a_missing_secret_file_is_told(tmp_path: Path) -> None:
    (problem,) = problems_of({}, {"HUIYING_WEBHOOK_SECRET_FILE": "secret"}, tmp_path)

    assert f"cannot read {tmp_path / 'secret'}: no such file" in problem


def test_a_webhook_without_a_secret_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of({}, {"HUIYING_WEBHOOK_URL": "https://desk.example/notices"}, tmp_path)

    assert problem.endswith("notices are signed, set HUIYING_WEBHOOK_SECRET_FILE")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://desk.example",
        "desk.example",
        "https://",
        "https://[",
        "https://h:70000",
        "https://h/ x",
        "file:///etc/passwd",
    ],
)
def test_a_webhook_is_a_web_address(url: str, tmp_path: Path) -> None:
    (problem,) = problems_of({"webhook_url": url}, {}, tmp_path)

    assert "use an http or https address" in problem


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    environ = {"HUIYING_WEBHOOK_SECRET": SECRET, "HUIYING_WEBHOOK_URL": "https://desk.example/notices"}

    settings = load_settings({}, environ, tmp_path)

    assert settings.shown["webhook_secret"] == "••••"
    assert SECRET not in repr(settings)


def test_no_secret_is_told_with_a_problem(tmp_path: Path) -> None:
    environ = {"HUIYING_WEBHOOK_SECRET": "tooshort", "HUIYING_WEBHOOK_URL": "https://duty:hunter2@desk.example/"}

    problems = problems_of({}, environ, tmp_path)

    assert len(problems) == 2
    assert not re.search("tooshort|hunter2", "\n".join(problems))


def test_a_secret_of_sixteen_characters_is_long_enough(tmp_path: Path) -> None:
    settings = load_settings({}, {"HUIYING_WEBHOOK_SECRET": "x" * 16}, tmp_path)

    assert settings.webhook_secret == "x" * 16


def test_a_secret_of_fifteen_characters_is_not(tmp_path: Path) -> None:
    (problem,) = problems_of({}, {"HUIYING_WEBHOOK_SECRET": "x" * 15}, tmp_path)

    assert problem.endswith("(environment HUIYING_WEBHOOK_SECRET): use at least 16 characters, or nothing")


def test_a_wrong_value_of_an_unknown_setting_is_not_told(tmp_path: Path) -> None:
    (problem,) = problems_of({}, {"HUIYING_WEBHOOK_SECRETS": SECRET}, tmp_path)

    assert "did you mean 'webhook_secret'?" in problem
    assert SECRET not in problem
