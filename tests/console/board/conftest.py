"""A busy morning on the board, filed anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.web.site import Site
from tests.build import NOON
from tests.console.board.scene import Filed, configured, fill
from tests.console.web.visitors import a_site


@pytest.fixture
def morning(tmp_path: Path) -> Iterator[tuple[Site, Filed]]:
    with a_site(configured(tmp_path)) as site:
        yield site, fill(site, NOON)
