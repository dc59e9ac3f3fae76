"""What is wrong with recordings that were sent along with a request whose answer is sound."""

from __future__ import annotations

from soundalike.core.types import Voice
from soundalike.inference.references import problems_of

HEADER = "X-Voice-Problems"


def problems_header(voice: Voice) -> dict[str, str]:
    """The header that names what is wrong with the recordings of a voice: `noisy, another-person`; none where
    nothing is.
    """
    problems = problems_of(voice)
    return {HEADER: ", ".join(problems)} if problems else {}
