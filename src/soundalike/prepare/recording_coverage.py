"""What the recordings of a prepared folder cover: minutes, and the diphones of ordinary sentences."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from soundalike.core.command_line import as_word
from soundalike.core.errors import DataError
from soundalike.data.manifest import Row, read_manifest
from soundalike.text import read
from soundalike.text.diphones import Diphone, coverage, diphones_of, named

from .reading_script import sentence_pool

SAMPLE = 200  # sentences whose diphones are looked for where no text is given
NAMED = 8  # missing diphones that are named, at most


@dataclass(frozen=True)
class RecordingCoverage:
    """The minutes of some recordings, and what they hold of the diphones of a text."""

    minutes: float
    held: frozenset[Diphone]
    wanted: tuple[Diphone, ...]  # in the order of the text

    @property
    def share(self) -> float:
        """The share of the text's diphones, counted as often as they occur, that are held."""
        return sum(one in self.held for one in self.wanted) / max(1, len(self.wanted))

    @property
    def kinds(self) -> float:
        """The share of the text's kinds of diphones that are held."""
        return coverage(self.wanted, self.held)

    def __str__(self) -> str:
        lacking = dict.fromkeys(named(one) for one in self.wanted if one not in self.held)
        more = ", ..." if len(lacking) > NAMED else ""
        examples = f" (not {', '.join(list(lacking)[:NAMED])}{more})" if lacking else ""
        return (
            f"{self.minutes:.1f} minutes of recordings hold {100 * self.kinds:.0f} % of the "
            f"{len(set(self.wanted)):,} kinds of diphones of the text{examples}, "
            f"{100 * self.share:.1f} % of those said"
        )


def recording_coverage(folder: str | os.PathLike, text: str = "") -> RecordingCoverage:
    """What the recordings of a prepared folder hold of the diphones of a text; of sentences of this package
    where none is given. Raises DataError for a folder that is not prepared, or of several speakers.
    """
    rows = read_manifest(folder)
    check_one_speaker(folder, rows)
    texts = [text] if text else sentence_pool(SAMPLE, seed=1)
    wanted = [
        diphone
        for one in texts
        for utterance in read(one, rows[0].language if text else "en").utterances
        for diphone in diphones_of(utterance.symbols)
    ]
    held = frozenset(diphone for row in rows for diphone in diphones_of(row.phonemes))
    return RecordingCoverage(sum(row.seconds for row in rows) / 60, held, tuple(wanted))


def check_one_speaker(folder: str | os.PathLike, rows: Sequence[Row]) -> None:
    """Raise DataError unless all clips are of one speaker."""
    speakers = sorted({row.speaker for row in rows})
    if len(speakers) != 1:
        named_few = ", ".join(speakers[:4]) + (", ..." if len(speakers) > 4 else "")
        raise DataError(
            f"{folder}: {len(speakers)} speakers ({named_few}), an inventory is of one. "
            "Prepare a folder with the recordings of one person; `--speaker NAME` says that all are."
        )


def check_enough(found: RecordingCoverage, folder: str | os.PathLike, minutes: float) -> None:
    """Raise DataError for fewer minutes of recordings than unit selection needs, with what they cover."""
    if found.minutes < minutes:
        raise DataError(
            f"{folder}: {found}. Unit selection needs {minutes:g} minutes at least, 10 are better. "
            f"`soundalike data script --minutes 10 --have {as_word(folder)}` prints sentences to be read "
            "that hold the others; or give --borrow: the built-in model then says what is missing, in this "
            "voice."
        )
