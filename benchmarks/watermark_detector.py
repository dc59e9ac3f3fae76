"""Trains the network that looks for the watermark; it comes out as
src/soundalike/weights/watermark.safetensors, which the package ships.

usage: python benchmarks/watermark_detector.py OUT.safetensors --corpus FOLDER [--clips 840] [--steps 400]

Stretches of 4 s, of clones in voices of training speakers and of recordings of theirs, are marked with signs
drawn at random, go through what happens to recordings, and the network learns to tell the signs. Takes about
ten minutes on two free cores.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, softplus
from tqdm import tqdm
from watermark import clones, mp3, noise, opus, recordings, telephone_rate

from soundalike import Audio, Cloner
from soundalike.provenance import error_correction, watermark
from soundalike.provenance.error_correction import BANDS, Mark
from soundalike.provenance.watermark_detector import FLOOR, LOUDEST, ROWS, WIDTH

SIZE = 4 * watermark.RATE // watermark.COLUMN * watermark.COLUMN  # samples of a stretch
COLUMNS = SIZE // watermark.COLUMN
SHARES = {"none": 0.1, "mp3": 0.15, "opus": 0.35, "16 kHz": 0.05, "noise": 0.3, "quiet": 0.05}
CHANGES: dict[str, Callable] = {
    "none": lambda audio, rng: audio,
    "mp3": mp3,
    "opus": opus,
    "noise": noise,
    "16 kHz": lambda audio, rng: telephone_rate(audio, rng).resample(audio.rate),
    "quiet": lambda audio, rng: Audio(np.round(audio.samples * 8192).astype(np.float32) / 32768, audio.rate),
}
# What ships is trained on nothing that may not be sold or must be shared alike
NOT_LEARNT_FROM = ("teacher", "ravdess", "prompts")


class Detector(nn.Module):
    """Spectra to the log-odds that each band of each column was turned up: what
    soundalike.provenance.watermark_detector computes in numpy.
    """

    def __init__(self, width: int = 24):
        super().__init__()
        self.begin = nn.Conv2d(ROWS * WIDTH, width, (5, 3), padding=(2, 0))
        self.place = nn.Parameter(torch.zeros(1, width, 1, BANDS))  # low bands are not as high ones
        self.middle = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.end = nn.Conv2d(width, 1, 1)

    def forward(self, power: Tensor) -> Tensor:  # (B, 2 T, WIDTH * (BANDS + 2)) log10 power -> (B, T, BANDS)
        columns = power.shape[1] // ROWS
        power = power[:, : ROWS * columns]
        top = torch.quantile(power.amax(2), LOUDEST, 1)[:, None, None]  # so that the volume does not matter
        power = (power - top).clamp(FLOOR) / 1.5 + 1.5
        x = power.reshape(len(power), columns, ROWS, BANDS + 2, WIDTH).permute(0, 2, 4, 1, 3)
        x = x.reshape(len(power), ROWS * WIDTH, columns, BANDS + 2)
        x = gelu(self.begin(x) + self.place)
        for layer in self.middle:
            x = x + gelu(layer(x))
        return self.end(x)[:, 0]


def stretch(sounds: list[Audio], rng: random.Random) -> tuple[np.ndarray, np.ndarray]:
    """Spectra (2 T + some, ...) of a marked and changed stretch, a little out of step, and its signs (T,
    BANDS).
    """
    samples = rng.choice(sounds).samples
    samples = samples / (np.sqrt((samples**2).mean()) + 1e-9) * 0.07
    samples = np.pad(samples, (0, max(0, SIZE - len(samples))))
    start = rng.randrange(len(samples) - SIZE + 1)
    signs = np.random.default_rng(rng.randrange(2**32)).choice([-1, 1], (COLUMNS + 1, BANDS)).astype(np.int8)
    with (
        mock.patch.multiple(watermark, PERIOD=COLUMNS + 1, DEPTH=1.0),
        mock.patch.object(error_correction, "field", lambda bits: signs),
    ):
        watermark._gains.cache_clear()
        marked = watermark.embed(
            Audio(np.clip(samples[start : start + SIZE], -1, 1).astype(np.float32), watermark.RATE),
            Mark(0, 0),
        )
    name = rng.choices(list(SHARES), list(SHARES.values()))[0]
    changed = CHANGES[name](marked, rng).samples
    late = rng.randrange(-watermark.HOP // 2, watermark.HOP // 2 + 1)
    changed = changed[late:] if late >= 0 else np.pad(changed, (-late, 0))
    changed = np.pad(changed[:SIZE], (0, max(0, SIZE - len(changed))))
    return watermark.spectra(changed)[: 2 * COLUMNS].astype(np.float16), signs[:COLUMNS]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=840)
    parser.add_argument("--steps", type=int, default=400)
    given = parser.parse_args()
    rng = random.Random(1)
    torch.manual_seed(0)
    utterance = [
        audio
        for audio, _ in clones(Cloner.load(), given.corpus, min(100, given.clips), mark=False, split="train")
    ]
    real = [
        audio.resample(watermark.RATE)
        for audio in recordings(given.corpus, min(300, given.clips), 4.1, "train", without=NOT_LEARNT_FROM)
    ]
    made = [
        stretch(utterance if rng.random() < 0.6 else real, rng)
        for _ in tqdm(range(given.clips), desc="stretches")
    ]
    spectra, signs = (torch.from_numpy(np.stack(side)) for side in zip(*made))
    kept = given.clips // 6

    def loss(chosen: Tensor) -> Tensor:
        return softplus(-network(spectra[chosen].float()) * signs[chosen].float())

    network = Detector()
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, given.steps)
    for _ in tqdm(range(given.steps), desc="steps"):
        optimiser.zero_grad()
        loss(torch.randint(kept, given.clips, (16,))).mean().backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        told = 1 - loss(torch.arange(kept)).mean() / np.log(2)
    bits = float(told) * BANDS * watermark.RATE / watermark.COLUMN
    print(f"{bits:.1f} bits a second are told on stretches kept aside")
    from safetensors.torch import save_file

    save_file({name: value.half().contiguous() for name, value in network.state_dict().items()}, given.out)


if __name__ == "__main__":
    main()
