"""Which sources are switched off: read from the sources file again as soon as it changes."""

from pathlib import Path

from backends.telemetry import Logger
from desk.errors import BadSettings
from spiders.sources import Sources, load_sources


class Switches:
    """The keys a running crawl may not ask any more: those with `off = true`, and those taken out of the file.

    A file that cannot be read switches nothing on: what was off stays off, and the log says why.
    """

    def __init__(self, path: Path, begun_with: Sources, logger: Logger) -> None:
        self._path = path
        self._keys = frozenset(source.key for source in begun_with.sources)
        self._logger = logger
        self._changed = self._stamp()
        self._off = frozenset(source.key for source in begun_with.sources if source.off)

    def __call__(self) -> frozenset[str]:
        """The keys that are off now."""
        stamp = self._stamp()
        if stamp != self._changed:
            self._changed = stamp
            self._read_again()
        return self._off

    def _read_again(self) -> None:
        try:
            sources = load_sources(self._path).sources
        except BadSettings as error:
            self._logger.warning("sources file not read, switches stay as they are", reason=str(error))
            return
        off = self._keys - {source.key for source in sources if not source.off}
        for key in sorted(off ^ self._off):
            self._logger.info("source switched", source=key, off=key in off)
        self._off = off

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)
