"""A drill played once for all tests that look at it."""

from pathlib import Path

import pytest

from console.main import main


@pytest.fixture(scope="session")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("drilled")
    assert main(["drill", "--data", str(data)]) == 0
    return data
