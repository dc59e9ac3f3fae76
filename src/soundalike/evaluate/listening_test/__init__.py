"""Listening tests: clips in random order, rated by people in a browser."""
