"""A board over empty stores for every test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.web.site import Site
from tests.console.web.visitors import a_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as site:
        yield site
