"""Architectures of voice cloning, one package each."""
