"""Readers of corpora, folders and lists of recordings."""
