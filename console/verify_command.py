"""`huiying verify`: whether a dossier is as it was signed, with nothing but the file; said in plain Chinese."""

import argparse
from pathlib import Path

from backends.dossier_verify import Checked, check_dossier
from backends.signing import fingerprint_of
from desk.dossier_heads import SentHead, read_heads
from desk.errors import BadSettings


def run(chosen: argparse.Namespace) -> int:
    """Says what was found: 0 where everything holds, 1 where something was altered. Raises BadSettings."""
    package = _content(chosen.file)
    key = _key(chosen.key) if chosen.key is not None else None
    heads = _heads(chosen.heads) if chosen.heads is not None else ()
    checked = check_dossier(package, key=key, heads=heads)
    print("\n".join(said(checked, chosen.file.name, key_given=key is not None, heads_given=bool(heads))))
    return 1 if checked.faults else 0


def said(checked: Checked, name: str, *, key_given: bool, heads_given: bool) -> list[str]:
    """What was found, as lines."""
    lines = [f"卷宗文件：{name}", *_about(checked)]
    if checked.faults:
        first, *others = checked.faults
        return [*lines, f"结论：不可信。{first}。", *(f"  另：{fault}。" for fault in others)]
    lines.extend(f"{note}。" for note in checked.notes)
    beside = "与所给公钥一致" if key_given else "请与该单位另行公布的指纹核对，或用 --key 给出公钥"
    lines.append(f"公钥指纹：{checked.fingerprint}（{beside}）")
    if not heads_given:
        lines.append("未用 --heads 核对外部留底：单位自己重写并重新签名的卷宗，只有留底才能发现。")
    return [*lines, "结论：未发现改动。签名有效，各条经过、单位总链和所附文件全部相符。"]


def _about(checked: Checked) -> list[str]:
    manifest = checked.manifest
    if manifest is None:
        return []
    return [
        *([f"{manifest.mark}本卷宗为演练或回放内容，不是真实事件"] if manifest.mark else []),
        f"事件：{manifest.number} {manifest.title}",
        f"编制：{manifest.office}，{manifest.made_at:%Y-%m-%d %H:%M:%S}",
        f"记录：经过 {manifest.case_log.seq} 条，单位总链 {manifest.office_chain.seq} 行",
    ]


def _key(path: Path) -> bytes:
    key = _content(path)
    try:
        fingerprint_of(key)
    except ValueError as error:
        raise BadSettings([f"key {path}: {error}, use what `huiying dossier --public-key` printed"]) from None
    return key


def _heads(path: Path) -> tuple[SentHead, ...]:
    try:
        return read_heads(_content(path).decode())
    except UnicodeDecodeError:
        raise BadSettings([f"heads {path}: no text in UTF-8"]) from None
    except ValueError as error:
        raise BadSettings([f"heads {path}: {error}"]) from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadSettings([f"cannot read {path}: {(error.strerror or str(error)).lower()}"]) from None
