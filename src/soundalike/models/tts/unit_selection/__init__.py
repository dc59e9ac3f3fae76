"""Concatenative synthesis by unit selection: speech from stretches of one person's own recordings."""
