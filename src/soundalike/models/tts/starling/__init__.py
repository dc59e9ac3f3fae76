"""Explicit durations, predicted pitch, and a convolutional decoder that regresses the mel; the built-in
model.
"""
