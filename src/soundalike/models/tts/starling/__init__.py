"""Explicit durations, predicted pitch, and a convolutional decoder that regresses the mel: small, fast, never
skips a word.
"""
