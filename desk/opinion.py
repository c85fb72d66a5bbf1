"""The opinion level proposed from how far a matter spread; it never feeds the severity (DESIGN §4.1.10)."""

from desk.incident import OpinionLevel, Severity
from desk.policy import Policy

_FLOOR = {
    Severity.ESPECIALLY_MAJOR: OpinionLevel.L1,
    Severity.MAJOR: OpinionLevel.L2,
    Severity.CONSIDERABLE: OpinionLevel.L3,
    Severity.ORDINARY: OpinionLevel.L4,
}


def proposed_level(post_count: int, severity: Severity | None, policy: Policy) -> OpinionLevel:
    """The level for this many posts, never lower than the signed severity implies; L1 is the highest."""
    spread = next((level for floor, level in policy.level_floors if post_count >= floor), OpinionLevel.L4)
    implied = _FLOOR[severity] if severity else OpinionLevel.L4
    return min(spread, implied)
