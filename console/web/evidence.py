"""Evidence a person hands in with a form: a page captured from a registered channel, or a file kept by its hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import UploadFile

from backends.whole_file import write_whole
from console.web.fields import BadForm
from console.web.frame import LARGEST_BODY
from desk.archive import Capture
from desk.errors import BadSettings, CaptureError
from desk.incident import Incident
from desk.ports import Archive
from spiders.sources import Source, load_sources

LARGEST_RECORD = LARGEST_BODY - 50_000
"""Bytes of one attached file (a scan, a saved page): what the frame lets in, less the other fields."""

FILE_HINT = f"保存的页面、截图或盖章扫描件，系统留存并计算校验值。不超过 {LARGEST_RECORD // 1000} KB。"

_RECORDS = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A registered official channel; without a source nothing of it can be captured by its address."""

    name: str
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where evidence of one desk goes."""

    archive: Archive
    folder: Path
    now: datetime

    def page(self, address: str, channels: Iterable[Channel]) -> Capture:
        """The page captured now. Raises BadForm for an address of no registered channel, and when it cannot be had."""
        # Only registered hosts: the desk must not be sent anywhere else by whoever holds an account.
        if not any(channel.source is not None and channel.source.covers(address) for channel in channels):
            raise BadForm({"address": "该链接不在已登记官方渠道的网址之内，无法自动存证；请改为上传页面或文件"})
        try:
            return self.archive.capture(address, now=self.now)
        except CaptureError:
            raise BadForm({"address": "页面没有取到，尚未存证；请检查链接，或上传保存下来的页面、文件"}) from None

    def record(self, upload: UploadFile) -> str:
        """The hash of the attached file, once it is kept. Raises BadForm for an empty or too large one."""
        content = upload.file.read(LARGEST_RECORD + 1)
        if not content:
            raise BadForm({"record": "文件是空的，请重新选择"})
        if len(content) > LARGEST_RECORD:
            raise BadForm({"record": f"文件超过 {LARGEST_RECORD // 1000} KB，请压缩后再传"})
        digest = sha256(content).hexdigest()
        try:
            write_whole(self.folder / _RECORDS / digest, content)
        except OSError:
            raise BadForm({"record": "文件没有存下来（磁盘不可写），未作任何登记，请联系管理员"}) from None
        return digest


def registered_channels(sources: Path) -> tuple[Channel, ...]:
    """The office's own channels: the official sources of the sources file; none where that cannot be read."""
    try:
        found = load_sources(sources).sources
    except BadSettings:
        return ()
    return tuple(Channel(name=each.channel or each.key, source=each) for each in found if each.official)


def channels_seen(incidents: Iterable[Incident]) -> tuple[Channel, ...]:
    """The channels a drill or replay knows: those its releases came by."""
    names = {release.channel for incident in incidents for release in incident.releases}
    return tuple(Channel(name=name) for name in sorted(names))
