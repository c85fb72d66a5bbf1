"""`huiying train`: the classifier made anew from the hand-labelled archives."""

import argparse
import sys

from desk.errors import BadSettings
from models.artifact import SHIPPED
from models.training import train


def run(chosen: argparse.Namespace) -> int:
    """Trains, saves the artefact and prints what it was trained on."""
    if not chosen.archives.is_dir():
        raise BadSettings([f"no folder {chosen.archives}: name the folder of the archives"])
    target = chosen.to or SHIPPED
    report = train(chosen.archives, target, progress=lambda step: print(step, file=sys.stderr))
    print(report)
    return 0
