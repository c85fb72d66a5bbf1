"""What the response desk knows and decides: pure functions over frozen values.

Nothing here reads a clock, a file or a network, and nothing outside the standard library is imported.
A shell reads values, asks this package what follows from them, and saves the one `Change` it gets back.
The subject is the office's duty to answer, never the person who posted: no type here has room for a poster.
"""
