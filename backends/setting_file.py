"""The settings file in the data folder, read as a table; what is wrong with it is one line with its place."""

import re
import tomllib
from pathlib import Path


def read_toml(path: Path) -> dict[str, object]:
    """What the file says; nothing where there is none. Raises ValueError, saying what is wrong and where."""
    try:
        written = path.read_text(encoding="utf-8-sig")  # editors on Windows put a mark before the first line
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: cannot be read: {reason_of(error)}") from None
    try:
        return tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = line[1] if line else str(len(written.splitlines()))
        what = str(error).partition(" (at ")[0]
        raise ValueError(f"{path}, line {number}: no valid TOML: {what[:1].lower()}{what[1:]}") from None


def reason_of(error: OSError | ValueError) -> str:
    """Why a file cannot be read, in a few words."""
    return (error.strerror or "not readable").lower() if isinstance(error, OSError) else "not UTF-8 text"
