"""The log: one JSON line and one short line per event, and nothing in either that must not be there."""

import json
import logging
import logging.handlers
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from backends.telemetry import Logger, Metric, log, measure, start_log, stop_log
from desk.errors import BadPost, StoreError
from tests.build import NOON, a_post

TEXT = "云州市清河区清河桥今天中午突然垮塌，有车掉进河里，消防已经到了。"


@pytest.fixture
def logger(tmp_path: Path) -> Iterator[Logger]:
    yield start_log(tmp_path / "log", part="place", level="info")
    stop_log()


def lines_of(folder: Path, part: str = "place") -> list[dict[str, object]]:
    written = (folder / "log" / f"{part}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in written.splitlines()]


def test_an_event_is_one_json_line(logger: Logger, tmp_path: Path) -> None:
    logger.info("post placed", post_id="0a1b", outcome="opened", waited=timedelta(seconds=5), at=NOON)

    (line,) = lines_of(tmp_path)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "event": "post placed",
        "level": "info",
        "part": "place",
        "post_id": "0a1b",
        "outcome": "opened",
        "waited": "0:00:05",
        "at": "2026-06-03T12:00:00+00:00",
    }


def test_people_get_one_short_line(logger: Logger, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    people = start_log(tmp_path / "log", part="place", level="info")  # again, because stderr is now the captured one

    people.warning("notice failed", notice_key="i-1·C1·1", reason="answered 503")

    shown = capsys.readouterr().err
    assert shown.endswith(" warning place: notice failed notice_key=i-1·C1·1 reason='answered 503'\n")
    assert shown.count("\n") == 1


def test_less_important_lines_are_left_out(logger: Logger, tmp_path: Path) -> None:
    logger.debug("looked")
    logger.info("found")

    assert [line["event"] for line in lines_of(tmp_path)] == ["found"]


@pytest.mark.parametrize("name", ["text", "title", "body", "value", "message", "post", "notice", "Title"])
def test_texts_are_withheld_by_name(name: str, logger: Logger, tmp_path: Path) -> None:
    logger.info("post placed", **{name: "桥塌了"})

    assert lines_of(tmp_path)[0][name] == "[withheld]"


@pytest.mark.parametrize("name", ["webhook_secret", "password", "access_token", "Authorization", "author", "uid", "ip"])
def test_secrets_and_persons_are_withheld_by_name(name: str, logger: Logger, tmp_path: Path) -> None:
    logger.info("asked", **{name: 13800000000}, headers={name: "hunter2"})

    assert lines_of(tmp_path)[0][name] == "[withheld]"
    assert lines_of(tmp_path)[0]["headers"] == {name: "[withheld]"}


@pytest.mark.parametrize("value", [TEXT, [TEXT], {"inner": TEXT}, (a_post(text=TEXT),), a_post(text=TEXT)])
def test_texts_are_withheld_by_look(value: object, logger: Logger, tmp_path: Path) -> None:
    logger.info("post placed", seen=value)

    assert "清河" not in (tmp_path / "log" / "place.jsonl").read_text(encoding="utf-8")


def test_a_text_in_the_event_itself_is_withheld(logger: Logger, tmp_path: Path) -> None:
    logger.info(TEXT)

    assert lines_of(tmp_path)[0]["event"] == "[withheld]"


def test_counts_and_short_names_are_not_withheld(logger: Logger, tmp_path: Path) -> None:
    logger.info("batch screened", posts=500, titles=0, office="云州市人民政府新闻办公室")

    (line,) = lines_of(tmp_path)
    assert (line["posts"], line["titles"], line["office"]) == (500, 0, "云州市人民政府新闻办公室")


def test_bytes_are_never_written_out(logger: Logger, tmp_path: Path) -> None:
    logger.info("record read", record=TEXT.encode())

    assert lines_of(tmp_path)[0]["record"] == "<bytes>"


def test_long_values_are_cut(logger: Logger, tmp_path: Path) -> None:
    logger.info("asked", address="x" * 301)

    assert lines_of(tmp_path)[0]["address"] == "x" * 300 + "…"


def raise_from_a_library() -> None:
    try:
        int(TEXT)
    except ValueError as error:
        raise StoreError("cannot read the row") from error


def test_an_exception_tells_our_message_and_where_it_was(logger: Logger, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failure:
        raise_from_a_library()

    logger.warning("store failed", exc_info=failure.value)

    told = str(lines_of(tmp_path)[0]["exception"])
    assert told.endswith("StoreError: cannot read the row")
    assert "in raise_from_a_library" in told


def test_an_exception_being_dealt_with_is_told(logger: Logger, tmp_path: Path) -> None:
    try:
        raise_from_a_library()
    except StoreError:
        logger.exception("store failed")

    assert str(lines_of(tmp_path)[0]["exception"]).endswith("StoreError: cannot read the row")


def test_an_exception_of_a_library_keeps_its_message_to_itself(logger: Logger, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as failure:
        raise_from_a_library()

    logger.warning("store failed", exc_info=failure.value)

    written = (tmp_path / "log" / "place.jsonl").read_text(encoding="utf-8")
    assert "\\nValueError\\n" in written
    assert "清河" not in written


def test_our_own_exception_quotes_no_text_either(logger: Logger, tmp_path: Path) -> None:
    logger.warning("post refused", exc_info=BadPost(f"no date in {TEXT}"))

    assert lines_of(tmp_path)[0]["exception"] == "BadPost: [withheld]"


def test_a_line_end_in_a_value_makes_no_second_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    logger = start_log(tmp_path / "log", part="place", level="info")

    logger.info("asked\n12:00:00 info forged", address="http://yunzhou.example/\n12:00:00 info forged")

    assert capsys.readouterr().err.count("\n") == 1
    assert len(lines_of(tmp_path)) == 1
    stop_log()


def test_what_libraries_log_stays_out(logger: Logger, tmp_path: Path) -> None:
    logging.getLogger("httpx").warning("HTTP Request: POST https://desk.example/?token=hunter2")

    assert lines_of(tmp_path) == []


def test_our_lines_do_not_reach_the_handlers_of_others(logger: Logger) -> None:
    theirs = logging.handlers.MemoryHandler(10)
    logging.getLogger().addHandler(theirs)

    logger.warning("ours")

    logging.getLogger().removeHandler(theirs)
    assert theirs.buffer == []


def test_before_the_start_and_after_the_end_nothing_is_written(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log("screen").error("before")
    started = start_log(tmp_path / "log", part="screen", level="info")
    stop_log()
    started.error("after")

    assert lines_of(tmp_path, "screen") == []
    assert capfd.readouterr() == ("", "")


def test_a_restart_goes_on_in_the_same_file(tmp_path: Path) -> None:
    start_log(tmp_path / "log", part="place", level="info").info("first")
    start_log(tmp_path / "log", part="place", level="info").info("second")
    stop_log()

    assert [line["event"] for line in lines_of(tmp_path)] == ["first", "second"]


def test_a_folder_that_cannot_be_used_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "log").touch()

    with pytest.raises(StoreError, match="cannot log to"):
        start_log(tmp_path / "log", part="place", level="info")


def test_a_metric_is_a_line_with_its_labels(logger: Logger, tmp_path: Path) -> None:
    measure(logger, "clocks", 3, rule="C1", state="warning")

    (line,) = lines_of(tmp_path)
    assert (line["metric"], line["measured"], line["rule"], line["state"]) == ("clocks", 3, "C1", "warning")


@pytest.mark.parametrize("metric", get_args(Metric))
def test_every_metric_says_what_to_do(metric: str) -> None:
    source = Path(__file__).resolve().parents[2] / "backends" / "telemetry.py"
    lines = [line.strip() for line in source.read_text(encoding="utf-8").splitlines()]

    above = lines[lines.index(f'"{metric}",') - 1]

    assert above.startswith("# ")
    assert ": " in above
