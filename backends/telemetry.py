"""What the desk says about itself: JSON lines for machines, one short English line each for people, and metrics.

One line per outcome, with ids, times, counts and codes; `backends.withholding` takes out what must not be logged.
"""

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Literal, TypeAlias

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from backends.withholding import tell_exception, withhold
from desk.errors import StoreError

Logger: TypeAlias = structlog.stdlib.BoundLogger

Metric: TypeAlias = Literal[
    # {outcome} Posts by how they ended. Standing still while sources run: look at the bus and the screeners.
    "posts_total",
    # Records in quarantine, not replayed. Growing: read the reasons in posts.dead, mend the source, replay them.
    "posts_dead_total",
    # {topic,group} Records waiting. Growing for minutes: see why the screener or the placer stopped.
    "bus_lag_records",
    # {rule,state} Clocks by what they show. Any breached or warning: open the board, somebody has to answer.
    "clocks",
    # {state} Notices by where they stand. Any failed: reach the person by telephone, then mend the channel.
    "notices",
    # Seconds from when a notice was owed to its delivery. Above a minute: look at the notifier and its receiver.
    "notice_dwell_seconds",
    # Seconds the longest owed notice has waited undelivered. Above a minute: look at `notify` and its receivers.
    "notice_waiting_seconds",
    # Seconds since the deadlines were last swept. Above 120: nobody is paged, restart `huiying run`.
    "sweep_age_seconds",
    # {part} Seconds since a part last said that it works. Above its patience: read its log.
    "part_silence_seconds",
    # Sources that cannot be seen just now. Above 0: the desk is blind there, look at the board's sources.
    "coverage_gaps",
    # Releases of open incidents whose page could not be captured. Above 0: attach evidence by hand.
    "captures_failed_total",
]

ROOT = "huiying"
_FILE_BYTES = 20_000_000
_OLDER_FILES = 5
_OF_EVERY_LINE = frozenset({"event", "level", "timestamp", "part", "exception"})
_PLAIN = re.compile(r"[\w.,:;/+*#@%()\[\]<>…·-]+")


def start_log(folder: Path, *, part: str, level: str) -> Logger:
    """Opens the log of one part of a desk, `folder/PART.jsonl` and stderr, from `level` on; closes the one before.

    One file per part, because a file can be rotated safely by one process only. Raises StoreError.
    """
    stop_log()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = RotatingFileHandler(
            folder / f"{part}.jsonl", maxBytes=_FILE_BYTES, backupCount=_OLDER_FILES, encoding="utf-8"
        )
    except OSError as error:
        raise StoreError(f"cannot log to {folder}: {(error.strerror or str(error)).lower()}") from error
    lines.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False, default=str)))
    people = logging.StreamHandler(sys.stderr)
    people.setFormatter(_formatter(_short_line))
    root = logging.getLogger(ROOT)
    root.handlers = [lines, people]
    root.setLevel(level.upper())
    return log(part)


def stop_log() -> None:
    """Closes the log: what is logged from then on goes nowhere."""
    root = logging.getLogger(ROOT)
    for handler in root.handlers:
        handler.close()
    root.handlers = [logging.NullHandler()]


def log(part: str) -> Logger:
    """The logger of a part: `log("place").info("post placed", post_id=…, outcome=…)`; silent until `start_log`."""
    root = logging.getLogger(ROOT)
    root.propagate = False  # libraries log addresses through the root logger: theirs and ours must not mix
    root.handlers = root.handlers or [logging.NullHandler()]
    logger: Logger = structlog.wrap_logger(
        logging.getLogger(f"{ROOT}.{part}"), processors=_PROCESSORS, wrapper_class=structlog.stdlib.BoundLogger
    )
    return logger.bind(part=part)


def measure(logger: Logger, metric: Metric, measured: float, **labels: str | int) -> None:
    """Logs what a metric reads now."""
    logger.info("measured", metric=metric, measured=measured, **labels)


_PROCESSORS: list[Processor] = [
    structlog.stdlib.filter_by_level,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    tell_exception,
    withhold,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def _formatter(renderer: Processor) -> logging.Formatter:
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(processors=[strip, renderer])


def _short_line(_: WrappedLogger, __: str, line: EventDict) -> str:
    facts = [f"{name}={_plain(line[name])}" for name in line if name not in _OF_EVERY_LINE]
    start = f"{str(line['timestamp'])[11:19]} {line['level']:<7} {line['part']}: {_one_line(str(line['event']))}"
    trace = [str(line["exception"])] if "exception" in line else []
    return "\n".join([" ".join([start, *facts]), *trace])


def _plain(value: object) -> str:
    shown = str(value)
    return shown if _PLAIN.fullmatch(shown) else repr(shown)


def _one_line(event: str) -> str:
    return event if event.isprintable() else repr(event)
