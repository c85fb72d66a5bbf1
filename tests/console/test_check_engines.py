"""`huiying check` and `huiying migrate` on a desk whose incidents are on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.main import main
from tests.engines.server import free_ports
from tests.incident_stores import a_bare_postgresql


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url = a_bare_postgresql()
    monkeypatch.setenv("HUIYING_DATABASE_URL", url)
    yield url
    a_bare_postgresql()


@pytest.mark.engine
def test_check_says_what_to_run_and_is_content_once_it_was_run(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path)]

    before, told = main(["check", *data]), capsys.readouterr().err
    migrated = main(["migrate", *data])
    after, shown = main(["check", *data]), capsys.readouterr().out

    assert (before, migrated, after) == (1, 0, 0)
    assert "is of no version" in told
    assert "run `huiying migrate`" in told
    assert f"store desk: current ({url})" in shown
    assert "database_url = ••••" in shown


@pytest.mark.engine
def test_part_of_a_desk_nobody_migrated_does_not_start(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = main(["run", "--only", "place", "--data", str(tmp_path)])

    assert ended == 2
    assert capsys.readouterr().err.endswith("run `huiying migrate`\n")


@pytest.mark.parametrize("command", [["check"], ["migrate"], ["run", "--only", "place"], ["incidents", "list"]])
def test_database_that_is_away_is_one_line(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_DATABASE_URL", f"postgresql://desk:hunter22@127.0.0.1:{free_ports(1)[0]}/huiying")

    ended = main([*command, "--data", str(tmp_path)])

    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("huiying:")]
    assert ended in (1, 2)
    assert len(said) == 1
    assert "cannot read postgresql+psycopg://desk:***@127.0.0.1" in said[0]
    assert "refused" in said[0]
