"""Calendar duties: what has to be done at fixed hours of the office's day, served with its schedule."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something done at fixed times; `cron` is in the office's zone.

    `perform` says how much it did. It is called in a process of its own, so it opens what it needs, and is a function
    of a module or a `functools.partial` of one.
    """

    name: str
    cron: str
    perform: Callable[[], int]


NIGHTLY = "30 3 * * *"
"""Half past three at night: when nobody waits for the stores."""
