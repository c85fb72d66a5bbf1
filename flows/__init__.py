"""Time: what is owed is watched and sent."""
