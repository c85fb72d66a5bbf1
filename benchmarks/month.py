"""A whole month of hourly hot lists replayed through a desk of its own, beside reading the archive alone."""

import argparse
import os
import sys
from collections import deque
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from console.main import main as huiying
from spiders.archives import read_archive

SINCE, UNTIL = "2022-03-01T00:00+08:00", "2022-04-01T00:00+08:00"


def main() -> None:
    """Prints how long the replay took, items a second, and how many times reading alone."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.month", description=__doc__)
    default = os.environ.get("HUIYING_ARCHIVES", "../shared/data")
    parser.add_argument("--archives", type=Path, default=Path(default), help="folder of the archives")
    archive = parser.parse_args().archives / "weibo_hot"
    if not archive.is_dir():
        print(f"no hot lists in {archive}: set HUIYING_ARCHIVES")
        return
    start = perf_counter()
    since, until = datetime.fromisoformat(SINCE), datetime.fromisoformat(UNTIL)
    deque(read_archive(archive, "weibo_hot", since, until), maxlen=0)
    reading = perf_counter() - start
    with TemporaryDirectory() as data:
        start = perf_counter()
        bounds = ["--since", SINCE, "--until", UNTIL, "--jurisdiction", "000000", "--data", data]
        code = huiying(["replay", str(archive), "--format", "weibo_hot", *bounds])
        replaying = perf_counter() - start
    print(f"reading alone {reading:.1f} s, replay {replaying:.1f} s, ratio {replaying / reading:.1f}")
    sys.exit(code)


if __name__ == "__main__":
    main()
