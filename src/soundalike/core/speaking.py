"""How speech is made where nobody says otherwise: the one place of these defaults, for Python, the command
line, batches and the server.
"""

from __future__ import annotations

from .options import Range

FAST = "fast"  # one take of each sentence, in the voice as it was taken
BEST = "best"  # the voice is adapted to its prompt first, and the clearest of three takes kept
QUALITIES = (FAST, BEST)
DEFAULT_QUALITY = BEST  # an architecture may have another: contracts.ArchitectureSpec.quality
STREAM_QUALITY = FAST  # of answers whose first sound must come at once: the server's speech route

# An option of the families whose mels are regressed, or the mean of what may be drawn
SHARPEN = Range(0.0, 1.0, "", "sharpness of the spectrum, 0: as regressed")
# Of the families that predict a pitch: the mean over all the ways to say a text is flatter than any of them
EXPRESSIVENESS = Range(
    0.0, 1.5, "", "how far the melody moves, 0: as predicted, which is flat; 1: as in the reference"
)

LOUDNESS = -23.0  # LUFS of what is spoken, as EBU R 128 has it: no peak needs rounding there
LOUDEST = -12.0  # LUFS that may be asked for
SOFTEST = -45.0
