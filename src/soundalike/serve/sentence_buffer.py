"""Text that arrives in pieces, given out in whole sentences."""

from __future__ import annotations

import re

from soundalike.text import base_language, sentence_spans

_SPACE = re.compile(r"\s")
LONGEST_BRACKET = 200  # characters after which a bracket that stays open is taken for a bracket alone


class SentenceBuffer:
    """Holds text back until the sentence it belongs to is complete.

    A sentence counts as complete when the first word of the next one is, as only then it is known that its
    stop was none of an abbreviation.
    """

    def __init__(self, language: str | None = None):
        self.language = base_language(language or "en")
        self._held = ""

    def add(self, text: str) -> str:
        """The sentences that a further piece completes; empty where it completes none."""
        self._held += text
        place = self._complete()
        done = self._held[:place]
        self._held = self._held[place:]
        return done

    def flush(self) -> str:
        """All that is held back."""
        done = self._held
        self._held = ""
        return done

    def _complete(self) -> int:
        """How many characters belong to complete sentences."""
        spans = sentence_spans(self._held, self.language)
        for start, _ in reversed(spans[1:]):
            if _SPACE.search(self._held, start) and not _bracket_open(self._held[:start]):
                return start
        return 0


def _bracket_open(text: str) -> bool:
    """Whether a text ends within square brackets, in which a stop ends no sentence."""
    opened = text.rfind("[")
    return opened > text.rfind("]") and len(text) - opened < LONGEST_BRACKET
