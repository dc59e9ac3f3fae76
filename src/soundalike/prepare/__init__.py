"""Recordings to folders for training."""
