"""The package's own systems for the table: cloners, vocoders of real mels, real recordings. A worker: see
`stopwatch.py`.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stopwatch import Job, Missing, System, work

from soundalike import Audio, Cloner, Voice, __version__
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN, part_folder, read_model
from soundalike.checkpoints.part import WEIGHTS, load_part
from soundalike.core.errors import CheckpointError
from soundalike.core.registry import part
from soundalike.nn.spectral import log_mel
from soundalike.text import read


def facts_of(folders: list[Path]) -> dict[str, Any]:
    """Parameters and bytes of trained parts, and what tells these weights from others."""
    files = [folder / WEIGHTS for folder in folders]
    return {
        "version": __version__,
        "parameters": sum(
            value.numel() for folder in folders for value in load_part(folder).network.parameters()
        ),
        "bytes": sum(file.stat().st_size for file in files),
        "weights": [hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in files],
    }


class Clones:
    """A model folder that clones."""

    def __init__(self, folder: Path, quality: str = "fast", quality_check: bool = True):
        self.folder = folder
        self.request = {"quality": quality, "quality_check": quality_check}
        self.cloner = Cloner.load(folder)

    @property
    def facts(self) -> dict[str, Any]:
        best = self.request["quality"] == "best"
        idle = set() if best else {"adversary"} if self.request["quality_check"] else {"adversary", "aligner"}
        parts = read_model(self.folder)["parts"]
        return facts_of(
            [part_folder(self.folder, role, place) for role, place in parts.items() if role not in idle]
        )

    def listen(self, job: Job) -> tuple[Voice, str]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a poor reference is poor for every system
            voice = self.cloner.listen(job["reference"])
        return self.cloner.adapt_to_prompt(voice) if self.request["quality"] == "best" else voice, job.get(
            "language", "en"
        )

    def speak(self, text: str, heard: tuple[Voice, str]) -> Iterator[tuple[np.ndarray, int]]:
        voice, language = heard
        for piece in self.cloner.speak(read(text, language), voice, **self.request):
            yield piece.samples, piece.rate


class Vocodes:
    """A vocoder that is given the mel of a real recording: what a perfect acoustic model would sound like."""

    def __init__(self, name: str, folder: Path | None):
        self.folders = [folder] if folder else []
        if folder:
            loaded = load_part(folder, "vocoder")
            self.network = loaded.network
            self.mel = loaded.mel
        else:
            kind = part(name)
            self.mel = MelSpec()
            self.network = kind.build(kind.Config(), self.mel).eval()

    @property
    def facts(self) -> dict[str, Any]:
        return facts_of(self.folders)

    def listen(self, job: Job) -> torch.Tensor:
        audio = Audio.read(job["real"]).resample(self.mel.sample_rate).normalised()
        return log_mel(torch.from_numpy(audio.samples)[None], self.mel)

    @torch.inference_mode()
    def speak(self, text: str, heard: torch.Tensor) -> Iterator[tuple[np.ndarray, int]]:
        size = (heard.shape[1] - 1) * self.mel.hop_length
        noise = torch.randn(1, size, generator=torch.Generator().manual_seed(0))
        yield (
            self.network(heard, torch.tensor([heard.shape[1]]), None, noise)[0].numpy(),
            self.mel.sample_rate,
        )


class Recordings:
    """People themselves."""

    facts: dict[str, Any] = {}

    def listen(self, job: Job) -> Audio:
        return Audio.read(job["real"])

    def speak(self, text: str, heard: Audio) -> Iterator[tuple[np.ndarray, int]]:
        yield heard.samples, heard.rate


def open_system(said: dict[str, Any], threads: int) -> System:
    """What the table names: `kind`, and what that kind needs. Raises Missing for a folder that is not there
    or not whole.
    """
    torch.set_num_threads(threads)
    folder = Path(said["folder"]) if said.get("folder") else None
    try:
        if said["kind"] == "vocoder":
            return Vocodes(said.get("part", ""), folder)
        if said["kind"] == "recording":
            return Recordings()
        return Clones(folder or BUILT_IN, **said.get("manner", {}))
    except CheckpointError as error:
        raise Missing(str(error)) from None


if __name__ == "__main__":
    work(open_system)
