"""Families: one room per architecture of voice cloning."""
