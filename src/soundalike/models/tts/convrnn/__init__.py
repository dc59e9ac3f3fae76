"""Convolutions and a two-way LSTM over the text, convolutions over the reference, both joined and convolved
to the mel: the plain textbook way.
"""
