"""unit_selection: stretches of one person's recordings, chosen and joined; the oldest way that is still
asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from soundalike.core.contracts import ArchitectureSpec, LoadedPart, Slot, Synthesizer
from soundalike.core.options import Range
from soundalike.core.speaking import FAST
from soundalike.models.common.prompt_voice import PROMPT_VOICE


@dataclass(frozen=True)
class UnitSelectionOptions:
    """How to speak."""

    speed: Annotated[float, Range(0.5, 2.0, "times", "speaking rate; the pitch stays")] = 1.0
    seed: Annotated[int, Range(0, 2**62, "", "the same seed gives the same sound")] = 0
    # Deviation of the target costs' logarithm
    variety: Annotated[float, Range(0.0, 1.0, "", "how much the choice among units is left to chance")] = 0.05


def _assemble(parts: Mapping[str, LoadedPart]) -> Synthesizer:
    from .synthesizer import UnitSelectionSynthesizer

    return UnitSelectionSynthesizer.of_parts(parts)


SPEC = ArchitectureSpec(
    "unit_selection",
    {
        "inventory": Slot("inventory", part="unit_selection"),
        "acoustic": Slot("acoustic", part="starling"),  # says what the units should be like
        "vocoder": Slot("vocoder"),  # makes the sound of what is borrowed
        "speaker": Slot("speaker"),
        "aligner": Slot("aligner", required=False, paired=False),
    },
    UnitSelectionOptions,
    PROMPT_VOICE,
    _assemble,
    main_slot="inventory",
    capabilities=("units",),
    quality=FAST,
)
