"""The built-in vocoder, whose network VITS may have as its decoder too."""

from soundalike.models.common.vocos import SOURCE_BINS, Vocos, VocosConfig, minimum_phase

__all__ = ["SOURCE_BINS", "Vocos", "VocosConfig", "minimum_phase"]
