"""Convolutions and a bidirectional LSTM over the text, convolutions over the reference, joined and decoded to
the mel by convolutions.
"""
