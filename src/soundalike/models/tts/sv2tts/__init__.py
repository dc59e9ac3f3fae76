"""Tacotron 2 told whose voice: frame after frame, by attention to the text, until a stop token says that all
is said.
"""
