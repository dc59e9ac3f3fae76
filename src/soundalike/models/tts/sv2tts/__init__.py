"""Tacotron 2 with a speaker embedding: frame after frame, by attention to the text, up to a stop token."""
