"""Faults of recordings and their texts."""
