"""Evaluation: numbers that say how good a part or a clone is."""
