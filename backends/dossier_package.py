"""A dossier's package: one zip of which every byte follows from its members, so that equal inputs give equal bytes."""

import struct
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

_MADE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o644 << 16
_LOCAL_HEADER = 30


def packed(members: Mapping[str, bytes]) -> bytes:
    """The members as a zip, in their order, stored as they are: packers differ from version to version."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_STORED) as package:
        for name, content in members.items():
            member = ZipInfo(name, _MADE)
            member.create_system, member.external_attr = _UNIX, _MODE
            package.writestr(member, content)
    return written.getvalue()


def unpacked(package: bytes) -> dict[str, bytes]:
    """The members of a package, in their order, also of one whose bytes no longer fit its checksums.

    Raises ValueError where no member can be found any more. Nothing is written to disk and nothing unpacked, so a
    hostile package can neither leave a file nor grow.
    """
    try:
        with ZipFile(BytesIO(package)) as found:
            members = found.infolist()
    except (BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError, struct.error) as error:
        raise ValueError(str(error)) from None
    # Read past zipfile, which refuses a member with a wrong checksum whole: we say which of its rows is bad.
    return {each.filename: _content(package, each) for each in members}


def _content(package: bytes, member: ZipInfo) -> bytes:
    start = member.header_offset + _LOCAL_HEADER + len(member.orig_filename.encode())
    return package[start : start + member.file_size]
