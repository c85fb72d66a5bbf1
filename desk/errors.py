"""What can go wrong at the desk, as one tree of named errors.

HuiyingError
├── BadPost            a record that cannot become a post: quarantined with its reason, never retried
├── BadPolicy          the rules cannot be read; every problem is listed at once
├── BadSettings        the settings cannot be used; every problem is listed at once
├── IllegalAction      the lifecycle table has no such move; nothing changed
├── SecondPersonNeeded the move needs a second signature and a reason; nothing changed
├── IncidentNotFound   no incident has this id or number
├── StaleIncident      somebody saved a newer version first; nothing was written
├── Fenced             a newer placer holds the lease; nothing was written
├── AlreadyRunning     another process holds this desk folder
├── SchemaMismatch     the store is of another version; migrate it first
├── StoreError         a store could not read or write (full disk, lost connection); nothing was written
├── BusError           the bus could not take or give records; nothing was acknowledged
├── NotifyError        a notice could not be delivered; `permanent` decides whether to try again
├── CaptureError       a page could not be captured; nothing was kept
└── UnreadableArchive  a path is no archive of the named format; nothing was read (spiders/arrival.py)
"""

from collections.abc import Sequence


class HuiyingError(Exception):
    """Everything this project raises on purpose; the message is one clear line."""


class BadPost(HuiyingError):
    """Raised when a record cannot become a post; retrying never helps."""


class _ListedProblems(HuiyingError):
    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class BadPolicy(_ListedProblems):
    """Raised with every problem of the policy file, each with its path."""


class BadSettings(_ListedProblems):
    """Raised with every problem of the settings, each with its origin and a hint."""


class IllegalAction(HuiyingError):
    """Raised when an incident in this state does not allow the action; nothing changed."""


class SecondPersonNeeded(HuiyingError):
    """Raised when a move after a passed deadline lacks a second person or a reason; nothing changed."""


class IncidentNotFound(HuiyingError):
    """Raised when no incident has this id or number."""


class StaleIncident(HuiyingError):
    """Raised when the incident is no longer at the version the change was decided on; nothing was written."""


class Fenced(HuiyingError):
    """Raised when a placer writes under an epoch that is no longer the newest; nothing was written."""


class AlreadyRunning(HuiyingError):
    """Raised when another process holds the folder; the message says which and where."""


class SchemaMismatch(HuiyingError):
    """Raised when a store's version is not the one this program knows; nothing was touched."""


class StoreError(HuiyingError):
    """Raised when a store cannot read or write; nothing was written, or `PostStore.put` says what a repeat does."""


class BusError(HuiyingError):
    """Raised when the bus cannot take or give records; nothing was acknowledged."""


class NotifyError(HuiyingError):
    """Raised when a notice was not delivered; `permanent` says that trying again cannot help.

    `doubtful` says that it may have arrived nevertheless, at a receiver that cannot tell a repeat by its key.
    """

    def __init__(self, message: str, *, permanent: bool = False, doubtful: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.doubtful = doubtful


class CaptureError(HuiyingError):
    """Raised when a page could not be captured; nothing was kept."""
