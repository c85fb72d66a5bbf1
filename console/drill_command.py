"""`huiying drill`: the scripted day of a fictional city played to its end, then shown (演练)."""

import argparse
import shutil
import sys
from datetime import datetime

from tqdm import tqdm

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.local_receiver import LocalReceiver
from console.drill_script import SHIPPED, DrillScript, in_its_office, load_script
from console.incidents_command import every
from console.replay_command import LOCAL_SECRET, received_lines
from console.showing import clock_lines, listed, overview
from console.wiring import classifier_for, open_line, settings_from
from flows.line import Line
from flows.replay import Pace, Replay, in_order
from spiders.archives import estimate_total, read_archive

MARK = "【演练】"
_BANNER = "【演练】以下全部为演练内容：云州市为虚构城市，所有信息、单位和时间均为编写，不涉及真实事件。"


def run(chosen: argparse.Namespace) -> int:
    """Plays the drill to its end, or shows the one played before, and the notices its receiver got."""
    script = load_script(SHIPPED)
    settings = in_its_office(settings_from(chosen), script)
    folder = DeskFolder(settings.data, "drill")
    with folder.lock("drill", now=SystemClock().now()):
        if chosen.again:
            _forget(folder)
        folder.prepare()
        with LocalReceiver(folder.spool, LOCAL_SECRET) as receiver:
            notifier = receiver.notifier(SystemClock())
            print("loading the classifier", file=sys.stderr)
            with open_line(folder, settings, classifier_for(settings), notifier, mark=MARK) as line:
                _play(line, script, chosen.speed)
                print("\n".join([_BANNER, "", *_shown(line, script.ends), "", "收到的通知"]))
                print("\n".join(received_lines(receiver, settings, line.parts.incidents)))
    print(
        f"look closer: huiying incidents show {script.prefix}-2026-0001 --data {settings.data} --desk drill",
        file=sys.stderr,
    )
    return 0


def _forget(folder: DeskFolder) -> None:
    for path in sorted(folder.path.glob("*")):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix != ".lock":
            path.unlink()


def _play(line: Line, script: DrillScript, speed: float | None) -> None:
    print(f"playing {script.name}", file=sys.stderr)
    total = estimate_total(script.posts, "jsonl", None, None)
    with tqdm(total=total, unit="B", unit_scale=True, file=sys.stderr) as bar:
        replay = Replay(line, "replay of drill", Pace(SystemClock(), speed), lambda done: bar.update(done - bar.n))
        replay.run(in_order(read_archive(script.posts, "jsonl", None, None), script.acts), until=script.ends)
        bar.update((total or bar.n) - bar.n)


def _shown(line: Line, now: datetime) -> list[str]:
    parts = line.parts
    zone = parts.office.zone
    lines = []
    for incident in every(parts.incidents):
        lines.append(listed(incident, now, zone))
        for clock in incident.clocks:
            lines.extend(clock_lines(incident, clock, parts.policy, now, zone))
    return [*lines, "", overview(parts.posts.counts(), parts.incidents.outcomes())]
