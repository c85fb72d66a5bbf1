"""`huiying evaluate`: the classifier scored on whole days it was never trained on, as a model card."""

import argparse
import sys

from backends.whole_file import write_whole
from desk.errors import BadSettings
from models.artifact import load_classifier
from models.evaluation import evaluate


def run(chosen: argparse.Namespace) -> int:
    """Prints the model card, and writes it where asked."""
    if not chosen.archives.is_dir():
        raise BadSettings([f"no folder {chosen.archives}: name the folder of the archives"])
    card = evaluate(
        chosen.archives, load_classifier(), progress=lambda step: print(step, file=sys.stderr)
    ).as_markdown()
    if chosen.card is not None:
        write_whole(chosen.card, card.encode())
    print(card)
    return 0
