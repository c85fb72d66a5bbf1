"""`huiying sources add` and `load`: what a site offers becomes an entry, and a brought file becomes posts."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from backends.clock import SystemClock
from backends.desk_folder import DeskFolder
from backends.wiring import open_backends
from console.wiring import existing_desks, settings_from
from desk.errors import BadSettings
from spiders.asking import Asking
from spiders.discovery import Offer, offers_of
from spiders.sources import Source, SourceKind, Sources, load_sources
from spiders.table_delivery import deliver_rows
from spiders.table_file import Row, read_rows

DESK = "desk"
_KINDS = {
    SourceKind.FEED: "订阅源（RSS/Atom）",
    SourceKind.SITEMAP: "站点地图",
    SourceKind.FORUM: "论坛版块",
    SourceKind.PAGES: "列表页",
}


def add(chosen: argparse.Namespace) -> int:
    """Prints an entry for each thing found; with `--write` appends the first, switched off. Exit 1 for nothing."""
    settings = settings_from(chosen)
    known = _known(settings.sources) if not chosen.write else load_sources(settings.sources)
    offers = offers_of(chosen.url, Asking(SystemClock(), known.contact))
    taken = frozenset(source.key for source in known.sources)
    for offer in offers:
        print(f"# {_KINDS[offer.kind]}，现列出 {offer.listed} 条")
        print(offer.as_toml(taken))
    if not offers:
        print("没有找到订阅源、站点地图，也没有成组的文章链接：请换该站的栏目页再试", file=sys.stderr)
        return 1
    if chosen.write:
        _append(settings.sources, offers[0], taken)
    return 0


def load(chosen: argparse.Namespace) -> int:
    """Puts every row of a board's or hotline's file onto the bus of the real desk. Exit 1 where one was refused."""
    settings, clock = settings_from(chosen), SystemClock()
    (source,) = load_sources(settings.sources).named(chosen.source).sources
    if source.kind is not SourceKind.TABLE:
        raise BadSettings([f"source {source.key!r} is of kind {source.kind.value!r}: only a table is loaded"])
    if source.off:
        raise BadSettings([f"source {source.key!r} is switched off: take off = true out of {settings.sources}"])
    folder = DeskFolder(settings.data, DESK)
    migrate = folder.name not in existing_desks(settings)
    rows = _opened(chosen.file, source)
    with open_backends(folder, settings, migrate=migrate) as backends:
        tally = deliver_rows(rows, source, backends.bus, backends.codec, clock.now())
    print(f"load: {tally}")
    return 1 if "quarantined" in str(tally) else 0


def _opened(path: Path, source: Source) -> Iterable[Row]:
    """All rows before any is published: a file that turns out to be none has then published nothing."""
    found: Iterator[Row] = read_rows(path, source.columns)
    return list(found)


def _known(path: Path) -> Sources:
    """The sources there are; none where there is no file yet."""
    return load_sources(path) if path.is_file() else Sources(contact="", sources=())


def _append(path: Path, offer: Offer, taken: frozenset[str]) -> None:
    before = path.read_text(encoding="utf-8-sig")
    with path.open("a", encoding="utf-8") as file:
        file.write(("" if before.endswith("\n") else "\n") + "\n" + offer.as_toml(taken))
    print(f"已写入 {path}：先停用（off = true），请填写 lawful_basis 后删去 off", file=sys.stderr)
