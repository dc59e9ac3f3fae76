"""The built-in vocoder, whose network VITS may have as its decoder too."""

from soundalike.models.common.vocos import MOST_CORRECTED, SOURCE_BINS, Vocos, VocosConfig, minimum_phase

__all__ = ["MOST_CORRECTED", "SOURCE_BINS", "Vocos", "VocosConfig", "minimum_phase"]
