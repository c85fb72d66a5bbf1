"""Processes that never outlive the one that started them: the kernel ends them with it, however it ended (Linux)."""

import ctypes
import os
import signal

from desk.errors import StoreError

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of <linux/prctl.h>; it survives exec, and ends with fork."""


def die_with_parent(parent: int | None = None) -> None:
    """Asks the kernel to kill this process when its parent ends.

    `parent` is who started it, where that is known: one that ended before the kernel was asked ends this one as well.
    Raises StoreError on a kernel that does not know this.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0) != 0:
        raise StoreError(f"cannot follow the parent process: {os.strerror(ctypes.get_errno()).lower()}")
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
