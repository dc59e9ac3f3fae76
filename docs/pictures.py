"""Draws the pictures of the README and the docs from the bundled recordings and the built-in model (needs
matplotlib).

usage: python docs/pictures.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import torch

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

from soundalike import Audio, Cloner  # noqa: E402
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN  # noqa: E402
from soundalike.checkpoints.part import load_part  # noqa: E402
from soundalike.nn.spectral import log_mel
from soundalike.text import encode, phonemize  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SPEC = MelSpec()


def mel_of(audio: Audio) -> torch.Tensor:
    return log_mel(torch.from_numpy(audio.resample(SPEC.sample_rate).normalised().samples)[None], SPEC)[0]


def save(figure, name: str) -> None:
    figure.tight_layout()
    figure.savefig(ROOT / "docs" / "images" / name, dpi=90, pil_kwargs={"optimize": True})
    pyplot.close(figure)


def alignment() -> None:
    """Phoneme boundaries found by the aligner, over the mel of a bundled recording."""
    name, text = (
        (ROOT / "tests" / "data" / "texts.tsv").read_text(encoding="utf-8").splitlines()[0].split("\t")
    )
    mel = mel_of(Audio.read(ROOT / "tests" / "data" / name))
    utterance = phonemize(text)
    durations, _ = load_part(BUILT_IN / "aligner").network.align(mel, torch.tensor(encode(utterance.symbols)))
    ends = np.cumsum(durations.numpy())
    figure, axis = pyplot.subplots(figsize=(11, 3.4))
    axis.imshow(mel.T, origin="lower", aspect="auto", cmap="magma", vmin=-9)
    for symbol, end, size in zip(utterance.symbols, ends, durations.tolist()):
        if size:
            axis.axvline(end - 0.5, color="white", linewidth=0.6)
            axis.text(end - size / 2, 102, symbol, ha="center", fontsize=8)
    axis.set(
        xlabel=f"frames of {1000 / SPEC.frames_per_second:.1f} ms: {text}", ylabel="mel band", ylim=(0, 100)
    )
    save(figure, "alignment.png")


def clone() -> None:
    """Mels of a reference, of a clone saying another sentence, and of the speaker saying that sentence."""
    rows = [
        line.split("\t")
        for line in (ROOT / "tests" / "data" / "texts.tsv").read_text(encoding="utf-8").splitlines()
    ]
    (first, _), (second, text) = [(name, said) for name, said in rows if name.startswith("anna")][:2]
    reference, real = (Audio.read(ROOT / "tests" / "data" / name) for name in (first, second))
    made = Cloner.load().clone(reference, text, quality="fast")
    figure, axes = pyplot.subplots(3, 1, figsize=(11, 7))
    for axis, audio, title in zip(
        axes, (reference, made, real), ("the reference", f"a clone: {text}", "the same speaker saying it")
    ):
        axis.imshow(mel_of(audio)[:300].T, origin="lower", aspect="auto", cmap="magma", vmin=-9)
        axis.set(title=title, ylabel="mel band")
    save(figure, "clone.png")


# development test: hours of speech the acoustic model has seen, similarity, share recognised, DNSMOS, word
# error rate (docs/log.md)
SCORES = (
    (5.8, 0.51, 0.50, 2.18, 0.267),
    (49.0, 0.629, 0.667, 2.695, 0.042),
    (83.0, 0.647, 0.815, 2.933, 0.052),
    (115.0, 0.672, 0.833, 2.935, 0.031),
    (136.0, 0.679, 0.778, 2.984, 0.040),
)


def scores() -> None:
    """Scores of the shipped models against the speech they had seen, with the goals."""
    names = ("similarity", "recognised among 18", "DNSMOS", "word error rate")
    goals = (0.70, 0.92, 3.0, 0.05)
    figure, axes = pyplot.subplots(1, 4, figsize=(12, 2.8))
    for column, (axis, name, goal) in enumerate(zip(axes, names, goals), 1):
        axis.plot([row[0] for row in SCORES], [row[column] for row in SCORES], marker="o")
        axis.axhline(goal, linestyle=":", color="gray")
        axis.set(title=name, xlabel="hours of speech seen")
    save(figure, "scores.png")


def units() -> None:
    """The stretches of recordings that a sentence is put together of, by the shipped inventory."""
    from soundalike.inference.unit_page import picture_of

    cloner = Cloner.load(ROOT / "models" / "unit_selection")
    speech = cloner.clone("wren", "The ferry leaves the harbor at dawn.", quality_check=False)
    (ROOT / "docs" / "images" / "units.svg").write_text(picture_of(speech.units[0]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    units()
    scores()
    alignment()
    clone()
