"""Copy-synthesis: what every vocoder makes of the mels of the same recordings, beside these and Griffin-Lim.

usage: python benchmarks/vocoder.py --corpus FOLDER [--split train|dev] [--people 30] [--clean 10]
           [--vocoder NAME=FOLDER ...] [--without MEASURE ...] [--out FILE.json]

The recordings come from a corpus in the layout of `prepare`: clips of people and of clean voices, speakers
in turn. Choose settings on training speakers, and read `dev` once. A vocoder that takes a pitch has two
rows: given the recording's pitch, and with its own. One of another rate than 24 kHz is given the recordings
at its rate.

Columns: PESQ wide-band; STFT, the multi-resolution distance (Yamamoto et al. 2020); the periodicity error
(root mean square), the voicing F1 and the pitch error (root mean square, cents) as Vocos has them (Morrison
et al. 2022), but by this package's pitch tracker; DNSMOS overall; distillMOS; word error rate; similarity
to the recording. A measure is left out if its package is not installed: pesq, speechmos, distillmos (with
xls-r-sqa), faster-whisper, open-voicefilter-lite.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
import time
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from soundalike import Audio, MelSpec
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR, pitch
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.core.errors import SoundalikeError
from soundalike.core.vectors import unit
from soundalike.evaluate.words import score_words
from soundalike.models.vocoders.griffin_lim.network import GriffinLim, GriffinLimConfig
from soundalike.nn.spectral import log_mel, stft

# corpora of clean voices of each split
CLEAN = {"dev": ("teacher",), "train": ("kathleen", "kerstin", "ljspeech")}
NOT_PEOPLE = ("ravdess", "prompts", "teacher")  # neither clean nor everyday speech
RESOLUTIONS = (512, 1024, 2048)  # n_fft of the spectral distance; hop is a quarter
TIMED = 8  # clips that the time is taken of
SEED = 0


@dataclass(frozen=True)
class Clip:
    """A recording at the vocoders' rate, and what is said in it."""

    group: str  # "people" or "clean"
    sound: Audio
    text: str
    language: str


Measure = Callable[[Clip, Audio], dict[str, float]]


def read_clips(corpus: Path, split: str, people: int, clean: int, rate: int) -> list[Clip]:
    """So many recordings of people and of clean voices, every speaker in turn."""
    with open(corpus / "metadata.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows if row["split"] == split and 2 <= float(row["seconds"]) <= 12]
    random.Random(SEED).shuffle(rows)
    tidy = [row for row in rows if row["corpus"] in CLEAN[split]]
    everyday = [row for row in rows if not row["corpus"].startswith((*CLEAN[split], *NOT_PEOPLE))]
    everyday = [row for row in everyday if row["language"].startswith("en")]
    clips = []
    for group, own, count in (("people", everyday, people), ("clean", tidy, clean)):
        for row in in_turn(own)[:count]:
            sound = Audio.read(corpus / "audio" / row["file"]).resample(rate).normalised()
            clips.append(Clip(group, sound, row["text"], row["language"]))
    return clips


def in_turn(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The first clip of every speaker, then the second of every one, and so on."""
    counts: dict[str, int] = {}
    places = []
    for row in rows:
        counts[row["speaker"]] = counts.get(row["speaker"], 0) + 1
        places.append((counts[row["speaker"]], len(places)))
    return [rows[place] for _, place in sorted(places)]


@dataclass(frozen=True)
class Vocoder:
    """A row of the table."""

    name: str
    network: nn.Module
    mel: MelSpec
    given_pitch: bool  # whether it is given the recording's pitch

    def copy(self, clip: Clip) -> Audio:
        """The clip by way of its mel, as long as it was and at its rate."""
        own = clip.sound.resample(self.mel.sample_rate)
        samples = torch.from_numpy(own.samples)
        mel = log_mel(samples[None], self.mel)
        chance = torch.Generator().manual_seed(SEED)
        noise = torch.randn(1, (mel.shape[1] - 1) * self.mel.hop_length, generator=chance)
        hertz = torch.from_numpy(pitch(own.samples, self.mel))[None] if self.given_pitch else None
        with torch.inference_mode():
            made = self.network(mel, torch.tensor([mel.shape[1]]), hertz, noise)[0].numpy()
        copy = Audio(np.pad(made, (0, len(samples) - len(made))), own.rate).resample(clip.sound.rate)
        size = len(clip.sound.samples)
        return Audio(np.pad(copy.samples, (0, max(0, size - len(copy.samples))))[:size], copy.rate)

    def seconds(self, clips: list[Clip], threads: int) -> float:
        """Seconds of computing per second of sound, its own pitch included; the best of three goes."""
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        sounds = [torch.from_numpy(clip.sound.resample(self.mel.sample_rate).samples) for clip in clips]
        mels = [log_mel(samples[None], self.mel) for samples in sounds]
        goes = []
        for _ in range(3):
            began = time.perf_counter()
            with torch.inference_mode():
                for mel in mels:
                    self.network(mel, torch.tensor([mel.shape[1]]))
            goes.append(time.perf_counter() - began)
        torch.set_num_threads(before)
        return min(goes) / sum(clip.sound.seconds for clip in clips)


def open_vocoders(named: list[str]) -> list[Vocoder]:
    """Griffin-Lim, the built-in vocoder, and those given as NAME=FOLDER."""
    rows = [Vocoder("Griffin-Lim", GriffinLim(GriffinLimConfig(), MelSpec()), MelSpec(), given_pitch=False)]
    for pair in [f"built-in={BUILT_IN / 'vocoder'}", *named]:
        name, _, folder = pair.partition("=")
        part = load_part(folder, "vocoder")
        if "pitch_reader" in dict(part.network.named_children()):
            rows.append(Vocoder(f"{name}, recording's pitch", part.network, part.mel, given_pitch=True))
        rows.append(Vocoder(f"{name}, own pitch", part.network, part.mel, given_pitch=False))
    return rows


def spectral_distance(real: np.ndarray, made: np.ndarray) -> float:
    """Spectral convergence and L1 of log magnitudes of samples (N,), mean over the resolutions."""
    total = 0.0
    for n_fft in RESOLUTIONS:
        spectra = (stft(torch.from_numpy(samples)[None], n_fft, n_fft // 4) for samples in (real, made))
        a, b = (spectrum.abs().clamp_min(1e-4) for spectrum in spectra)
        total += float((a - b).norm() / a.norm() + (a.log() - b.log()).abs().mean())
    return total / len(RESOLUTIONS)


def periodicity(samples: np.ndarray, spec: MelSpec) -> np.ndarray:
    """Periodicity of samples (N,) at each mel frame (T,), 0 to 1: the highest normalised autocorrelation."""
    longest, shortest = int(spec.sample_rate / PITCH_FLOOR), int(spec.sample_rate / PITCH_CEILING)
    window = 2 * longest
    frames = len(samples) // spec.hop_length + 1
    padded = np.pad(samples.astype(np.float64), (window // 2, window))
    blocks = np.lib.stride_tricks.sliding_window_view(padded, window)[:: spec.hop_length][:frames]
    blocks = blocks - blocks.mean(1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(blocks, 2 * window)) ** 2
    alike = np.fft.irfft(spectrum)[:, : longest + 1]
    energy = np.cumsum(np.pad(blocks**2, ((0, 0), (1, 0))), axis=1)
    lags = np.arange(longest + 1)
    before, after = energy[:, window - lags], energy[:, -1:] - energy[:, lags]
    score = alike / np.sqrt(before * after + 1e-6)
    return score[:, shortest:].max(1).clip(0, 1)


def melody(clip: Clip, made: Audio) -> dict[str, float]:
    """Errors of periodicity, of voicing as counts, and of pitch as a sum of squared cents."""
    spec = MelSpec()
    theirs, ours = (pitch(audio.samples, spec) for audio in (clip.sound, made))
    both, either = (theirs > 0) & (ours > 0), (theirs > 0).sum() + (ours > 0).sum()
    cents = 1200 * np.log2(ours[both] / theirs[both])
    gap = periodicity(clip.sound.samples, spec) - periodicity(made.samples, spec)
    return {
        "periodicity": float(np.sqrt((gap**2).mean())),
        "f1": 2 * both.sum() / max(1, either),
        "cents": float(np.sqrt((cents**2).mean())) if both.any() else float("nan"),
    }


def open_pesq() -> Measure:
    from pesq import pesq

    def measure(clip: Clip, made: Audio) -> dict[str, float]:
        real, copy = (audio.resample(16_000).samples for audio in (clip.sound, made))
        return {"pesq": pesq(16_000, real, copy, "wb")}

    return measure


def open_dnsmos() -> Measure:
    from soundalike.evaluate.naturalness import Dnsmos

    judge = Dnsmos()
    return lambda clip, made: {"dnsmos": judge.score(made)["naturalness"]}


def open_distillmos() -> Measure:
    for name in ("torchaudio", "torchaudio.transforms"):  # imported there, and not used
        sys.modules.setdefault(name, types.ModuleType(name))
    import distillmos

    judge = distillmos.ConvTransformerSQAModel().eval()

    def measure(clip: Clip, made: Audio) -> dict[str, float]:
        with torch.inference_mode():
            return {"distillmos": float(judge(torch.from_numpy(made.resample(16_000).samples)[None]))}

    return measure


def open_words() -> Measure:
    from soundalike.models.recognizers.whisper import open_recogniser

    ear = open_recogniser("en")

    def measure(clip: Clip, made: Audio) -> dict[str, float]:
        score = score_words(clip.text, ear.transcribe(made))
        return {"word_errors": score.word_errors, "words": score.words}

    return measure


def open_similarity() -> Measure:
    from voicefilter_lite.streaming import StreamingVoiceFilter

    encoder, known = StreamingVoiceFilter(), {}

    def embed(audio: Audio) -> np.ndarray:
        encoder.set_enrollment(audio.resample(16_000).samples)
        return unit(np.ravel(encoder._dvec))  # it has no public name there

    def measure(clip: Clip, made: Audio) -> dict[str, float]:
        if id(clip) not in known:
            known[id(clip)] = embed(clip.sound)
        return {"similarity": float(known[id(clip)] @ embed(made))}

    return measure


OPENERS = {
    "pesq": open_pesq,
    "dnsmos": open_dnsmos,
    "distillmos": open_distillmos,
    "words": open_words,
    "similarity": open_similarity,
}


def open_measures(without: list[str]) -> list[Measure]:
    """All measures whose tools are here; says which are not."""
    measures: list[Measure] = [
        lambda clip, made: {"stft": spectral_distance(clip.sound.samples, made.samples)},
        melody,
    ]
    for name, opened in OPENERS.items():
        if name in without:
            continue
        try:
            measures.append(opened())
        except (ImportError, SoundalikeError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return measures


def measured(copy: Callable[[Clip], Audio], clips: list[Clip], measures: list[Measure]) -> dict[str, dict]:
    """The means of every measure over the copies of each group."""
    found: dict[str, list[dict[str, float]]] = {}
    for clip in clips:
        made, values = copy(clip), {}
        for measure in measures:
            values |= measure(clip, made)
        found.setdefault(clip.group, []).append(values)
    return {group: pooled(rows) for group, rows in found.items()}


def pooled(rows: list[dict[str, float]]) -> dict[str, float]:
    """Means over the clips; of words, the errors of all over the words of all."""
    means = {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]}
    if "words" in means:
        means["wer"] = means.pop("word_errors") / max(1e-9, means.pop("words"))
    return {name: round(value, 4) for name, value in means.items()}


def cost(row: Vocoder, clips: list[Clip]) -> dict[str, float]:
    """Its size, and how long it takes."""
    found: dict[str, float] = {"parameters": sum(p.numel() for p in row.network.parameters())}
    for threads in (1, 2):
        found[f"seconds per second, {threads} threads"] = round(row.seconds(clips, threads), 4)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--split", choices=sorted(CLEAN), default="train")
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--clean", type=int, default=10)
    parser.add_argument("--vocoder", action="append", default=[])
    parser.add_argument("--without", action="append", default=[], choices=sorted(OPENERS))
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    vocoders, measures = open_vocoders(given.vocoder), open_measures(given.without)
    clips = read_clips(given.corpus, given.split, given.people, given.clean, MelSpec().sample_rate)
    table = {"recordings": measured(lambda clip: clip.sound, clips, measures)}
    print("recordings", json.dumps(table["recordings"]), flush=True)
    for row in vocoders:
        table[row.name] = measured(row.copy, clips, measures) | {"cost": cost(row, clips[:TIMED])}
        print(row.name, json.dumps(table[row.name]), flush=True)
    if given.out:
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
