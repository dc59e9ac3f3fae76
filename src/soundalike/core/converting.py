"""How a recording may be given another voice: the one place of these choices, for Python, the command line,
batches and the server.
"""

from __future__ import annotations

from .options import Range

AUTO = "auto"  # the mean pitch of the target
KEEP = "keep"  # the source's own
PITCH = Range(-12.0, 12.0, "semitones", "beside the voice's own mean pitch")
PITCH_HELP = "auto: the voice's own mean pitch; keep: that of the recording; +3: semitones beside auto"
STRENGTH = Range(0.0, 1.0, "", "how far the voice goes from the source's speaker, 0, to the target, 1")
BLOCK = Range(20.0, 200.0, "ms", "of live conversion: what is converted at a time")
