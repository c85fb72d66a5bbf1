"""`huiying replay`: an archive of posts played through a desk of its own, in the archive's time."""

import argparse
import re
import sys
from hashlib import sha256

from tqdm import tqdm

from backends.clock import Stopwatch, SystemClock
from backends.desk_folder import DeskFolder
from backends.local_receiver import LocalReceiver
from backends.settings import Settings
from console.showing import overview
from console.wiring import classifier_for, open_line, settings_from
from desk.errors import BadSettings
from desk.ports import IncidentStore
from flows.line import Line
from flows.replay import Pace, Replay
from spiders.archives import estimate_total, read_archive

LOCAL_SECRET = "replay: only the receiver on this machine"  # noqa: S105  # nothing real is reached with it
MARK = "【回放】"


def run(chosen: argparse.Namespace) -> int:
    """Plays the archive and says what came of it; run again, it goes on where it stopped."""
    settings = settings_from(chosen)
    if not settings.jurisdiction:
        raise BadSettings(["jurisdiction is not set: add --jurisdiction, 000000 for the whole country"])
    folder = DeskFolder(settings.data, f"replay/{chosen.name or _name_of(chosen)}")
    taken = Stopwatch()
    print(f"replaying {chosen.path} into {folder.path}", file=sys.stderr)
    folder.prepare()
    with LocalReceiver(folder.spool, LOCAL_SECRET) as receiver:
        notifier = receiver.notifier(SystemClock())
        with open_line(folder, settings, classifier_for(settings), notifier, mark=MARK) as line:
            items = _play(line, chosen)
            print(_result(line, items, taken.elapsed(), len(receiver.received())))
    print(f"look at it: huiying incidents list --data {settings.data} --desk {folder.name}", file=sys.stderr)
    return 0


def _play(line: Line, chosen: argparse.Namespace) -> int:
    total = estimate_total(chosen.path, chosen.format, chosen.since, chosen.until)
    name = f"replay of {chosen.path.name} {chosen.format} {chosen.since or ''} {chosen.until or ''}".strip()
    with tqdm(total=total, unit="B", unit_scale=True, file=sys.stderr, mininterval=0.5) as bar:
        replay = Replay(line, name, Pace(SystemClock(), chosen.speed), lambda done: bar.update(done - bar.n))
        return replay.run(read_archive(chosen.path, chosen.format, chosen.since, chosen.until), until=chosen.until)


def _name_of(chosen: argparse.Namespace) -> str:
    words = re.sub(r"[^\w]+", "-", chosen.path.name.split(".")[0]).strip("-_")[:24] or "archive"
    bounds = f"{chosen.path.resolve()} {chosen.format} {chosen.since} {chosen.until}"
    return f"{words}-{sha256(bounds.encode()).hexdigest()[:8]}"


def _result(line: Line, items: int, seconds: float, received: int) -> str:
    counts, outcomes = line.parts.posts.counts(), line.parts.incidents.outcomes()
    return (
        f"{overview(counts, outcomes)}\n"
        f"{items} items in {seconds:.1f} s ({items / max(seconds, 0.001):.0f}/s), {received} notices received locally"
    )


def received_lines(receiver: LocalReceiver, settings: Settings, incidents: IncidentStore) -> list[str]:
    """The notices the local receiver got, one line each, by when they were owed."""
    rows = sorted(receiver.received(), key=lambda each: (each.notice.owed_at, each.notice.key))
    numbers = {each.notice.incident_id: incidents.get(each.notice.incident_id).number for each in rows}
    zone = settings.office_zone
    return [
        f"{each.notice.owed_at.astimezone(zone):%m-%d %H:%M}  {numbers[each.notice.incident_id]}  "
        f"{each.notice.person}  {each.notice.title}：{each.notice.text}"
        for each in rows
    ]
