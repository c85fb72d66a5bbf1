"""What every test shares: where the public archives are, and which tests that selects."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def _archives() -> Path | None:
    named = os.environ.get("HUIYING_ARCHIVES")
    if named:
        return Path(named)
    return _BESIDE if _BESIDE.is_dir() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Tests that need the archives, or the right to mount, select themselves by it; they do not skip.
    missing = [name for name, there in (("archive", _archives()), ("mount", os.geteuid() == 0)) if not there]
    without = [item for item in items if any(item.get_closest_marker(name) for name in missing)]
    items[:] = [item for item in items if item not in without]
    config.hook.pytest_deselected(items=without)


@pytest.fixture(scope="session")
def archives() -> Path:
    found = _archives()
    assert found is not None, "selected only where the archives are"
    return found
