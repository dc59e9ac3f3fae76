"""What lint says of one fault."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A fault, the row and file it is in, and what to do."""

    check: str
    where: str  # a list and its line, or a file
    file: str  # of the sound, where one is meant
    reason: str
    remedy: str

    def __str__(self) -> str:
        place = self.where if not self.file or self.file in self.where else f"{self.where} ({self.file})"
        return f"{place}: {self.reason.rstrip('.')}. {self.remedy} [{self.check}]"
