"""Collection: the door through which posts come in."""
