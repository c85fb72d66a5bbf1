"""`huiying migrate`: a desk's stores brought to this program's version."""

import argparse

from backends.bus_local import LocalBus
from backends.migrate import upgrade
from backends.wiring import database_of
from console.wiring import folder_of, settings_from


def run(chosen: argparse.Namespace) -> int:
    """Migrates the chosen desk; a store that is current already stays as it is."""
    settings = settings_from(chosen)
    folder = folder_of(chosen, settings)
    folder.prepare()
    upgrade(database_of(folder, settings))
    LocalBus(folder.bus, migrate=True).close()
    print(f"{folder.path} is of this program's version")
    return 0
