"""Codecs: speech as a few small whole numbers a moment, and back."""
