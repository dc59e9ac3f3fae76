"""Tokens of what is said between a language model and a decoder (the way of GPT-SoVITS)."""
