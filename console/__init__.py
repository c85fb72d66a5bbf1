"""People: the command line, later the board."""
