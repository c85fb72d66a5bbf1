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
    if _archives() is not None:
        return
    # Tests that read the archives select themselves by their presence; they do not skip.
    without = [item for item in items if item.get_closest_marker("archive")]
    items[:] = [item for item in items if not item.get_closest_marker("archive")]
    config.hook.pytest_deselected(items=without)


@pytest.fixture(scope="session")
def archives() -> Path:
    found = _archives()
    assert found is not None, "selected only where the archives are"
    return found
