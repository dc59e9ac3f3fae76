"""The regression family assembled: an acoustic model, a vocoder and a speaker encoder that share one mel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from ...audio import Audio
from ...contract import CheckpointError, Frames, Voice
from ...cues import Cue
from ...features import MelSpec, log_mel, pitch
from ...text import Spoken, encode
from ...text.alphabet import GAP, MARKS, START
from .network import Heard, Manner, Regression

LONGEST_PROMPT = 10.0  # seconds of a reference that are used
LEVEL = -23.0  # dBFS RMS of speech, as in training


@dataclass(frozen=True)
class RegressionOptions:
    """How to speak."""

    speed: float = 1.0  # 0.5 (half as fast) to 2; changes durations, not pitch
    pitch: float = 0.0  # semitones, -12 to 12; changes pitch, not durations
    seconds: float = 0.0  # of the sentence, exactly; 0: as long as it takes
    seed: int = 0
    temperature: float = 1.0  # 0 to 1.5: how much of the fine texture is left to chance
    sharpen: float = 0.5  # 0 to 1: how far the spread of each mel band is brought back to the reference's


@dataclass(frozen=True)
class Plan:
    """What every take of a sentence shares, so that it is worked out once."""

    symbols: torch.Tensor  # (S,)
    heard: Heard
    prompt: torch.Tensor  # (T, M)
    lengths: tuple[torch.Tensor, torch.Tensor]  # states (1, S, D); frames (S,) at the natural pace, not rounded


class RegressionCloner:
    """Listens once, speaks one sentence at a time."""

    Options = RegressionOptions

    def __init__(self, acoustic: Regression, vocoder: nn.Module, speaker: nn.Module, mel: MelSpec):
        self.acoustic, self.vocoder, self.speaker, self.mel = acoustic, vocoder, speaker, mel
        self.sample_rate = mel.sample_rate
        self.frame_rate = mel.frames_per_second
        self.device = acoustic.mean.device

    def listen(self, reference: Audio, transcript: str | None = None) -> Voice:
        """The voice of a recording: its best LONGEST_PROMPT seconds as a prompt, and a speaker vector. No transcript is needed."""
        chosen = best_window(reference, LONGEST_PROMPT).resample(self.sample_rate).trim().normalised(LEVEL)
        with torch.inference_mode():
            prompt = log_mel(torch.from_numpy(chosen.samples)[None], self.mel)
            vector = self.speaker(prompt.to(self.device), torch.tensor([prompt.shape[1]], device=self.device)).cpu()
        hertz = pitch(chosen.samples, self.mel)
        tensors = {"prompt": prompt[0].half(), "prompt_pitch": torch.from_numpy(hertz), "vector": vector[0].half()}
        voiced = hertz[hertz > 0]
        facts = {
            "seconds": round(reference.seconds, 2),
            "speech_seconds": round(reference.speech_seconds(), 2),
            "used_seconds": round(chosen.seconds, 2),
            "pitch_hertz": round(float(np.median(voiced)), 1) if len(voiced) else None,
            "mel": self.mel.digest,
        }
        return Voice({name: value.contiguous() for name, value in tensors.items()}, facts)

    def blend(self, first: Voice, second: Voice, weight: float) -> Voice:
        """A voice `weight` of the way from the first to the second: the vector between theirs, and the prompt of the nearer one with
        its mean spectrum and its pitch moved to the place between. Raises CheckpointError for another model's voice."""
        for voice in (first, second):
            self.check(voice)
        near = first if weight <= 0.5 else second
        share = (1.0 - weight, weight)
        vectors = [nn.functional.normalize(voice.tensors["vector"].float(), dim=0) for voice in (first, second)]
        vector = nn.functional.normalize(share[0] * vectors[0] + share[1] * vectors[1], dim=0)
        between = lambda values: share[0] * values[0] + share[1] * values[1]  # noqa: E731
        spectra = {id(voice): speech_frames(voice.tensors["prompt"].float()).mean(0) for voice in (first, second)}
        prompt = near.tensors["prompt"].float() + between([spectra[id(first)], spectra[id(second)]]) - spectra[id(near)]
        octaves = {id(voice): voice.tensors["prompt_pitch"][voice.tensors["prompt_pitch"] > 0].float().log2() for voice in (first, second)}
        hertz = near.tensors["prompt_pitch"].float()
        if all(len(values) for values in octaves.values()):
            middle = {place: values.median() for place, values in octaves.items()}
            hertz = hertz * 2.0 ** (between([middle[id(first)], middle[id(second)]]) - middle[id(near)])
        tensors = {"prompt": prompt.clamp_min(self.mel.silence).half(), "prompt_pitch": hertz, "vector": vector.half()}
        voiced = hertz[hertz > 0]
        facts = {"pitch_hertz": round(float(voiced.median()), 1) if len(voiced) else None, "mel": self.mel.digest}
        return Voice({name: value.contiguous() for name, value in tensors.items()}, facts)

    def check(self, voice: Voice) -> None:
        """Raise CheckpointError for a voice that another model made."""
        shapes = {name: voice.tensors[name].shape[-1] for name in ("prompt", "vector") if name in voice.tensors}
        fits = shapes == {"prompt": self.mel.n_mels, "vector": self.acoustic.config.speaker_vector} and "prompt_pitch" in voice.tensors
        if voice.facts.get("mel") != self.mel.digest or not fits:
            raise CheckpointError("this voice was made for another model. Make it again from its recording with this one.")

    def heard(self, voice: Voice) -> tuple[Heard, torch.Tensor]:
        """A voice as the acoustic model takes it, with its prompt's mel (T, M). Raises CheckpointError for another model's voice."""
        self.check(voice)
        t = {name: voice.tensors[name].float()[None].to(self.device) for name in ("vector", "prompt", "prompt_pitch")}  # batches of one
        with torch.inference_mode():
            frames = torch.tensor([t["prompt"].shape[1]], device=self.device)
            return self.acoustic.listen(t["vector"], t["prompt"], frames, t["prompt_pitch"]), t["prompt"][0]

    def manner(self, spoken: Spoken, options: RegressionOptions) -> Manner:
        """What the text and the options ask for, symbol by symbol."""
        words = torch.tensor(spoken.word_of).clamp_min(0)
        rate = torch.tensor(spoken.rate)[words] if spoken.rate else torch.ones(1)
        semitones = torch.tensor(spoken.pitch)[words] if spoken.pitch else torch.zeros(1)
        frames = round(options.seconds * self.mel.frames_per_second) + 1 if options.seconds else 0
        octaves = (semitones + options.pitch) / 12
        return Manner((rate * options.speed).to(self.device), octaves.to(self.device), frames, options.temperature, options.seed)

    def plan(self, spoken: Spoken, voice: Voice) -> Plan:
        """A sentence thought out, for as many takes as may be wanted. Raises CheckpointError for another model's voice."""
        symbols = torch.tensor(encode(spoken.symbols), device=self.device)
        heard, prompt = self.heard(voice)
        return Plan(symbols, heard, prompt, self.acoustic.lengths(symbols, heard))

    def seconds(self, spoken: Spoken, voice: Voice, options: RegressionOptions, plan: Plan | None = None) -> float:
        """How long the sentence would be."""
        exact = (plan or self.plan(spoken, voice)).lengths[1] / self.manner(spoken, options).tempo
        return float(exact.sum()) / self.mel.frames_per_second

    def frames(self, spoken: Spoken, voice: Voice, options: RegressionOptions, plan: Plan | None = None) -> Frames:
        """The mel, pitch and durations of one sentence, before the vocoder. Raises CheckpointError for another model's voice."""
        plan = plan or self.plan(spoken, voice)
        made = self.acoustic.infer(plan.symbols, plan.heard, self.manner(spoken, options), plan.lengths)
        return Frames(sharpen(made.mel, plan.prompt, options.sharpen), made.pitch, made.durations)

    def speak(self, spoken: Spoken, voice: Voice, options: RegressionOptions | None = None, plan: Plan | None = None) -> Iterator[Audio]:
        """One sentence in the voice, as one Audio with its cues. The same seed gives the same samples."""
        options = options or RegressionOptions()
        made = self.frames(spoken, voice, options, plan)
        size = (len(made.mel) - 1) * self.mel.hop_length
        noise = torch.randn(1, size, generator=torch.Generator().manual_seed(options.seed))
        with torch.inference_mode():
            frames = torch.tensor([len(made.mel)], device=self.device)
            samples = self.vocoder(made.mel[None], frames, made.pitch[None], noise.to(self.device))[0].cpu()
        ends = made.durations.cumsum(0).cpu().numpy() / self.mel.frames_per_second
        yield Audio(samples.numpy().astype(np.float32), self.sample_rate, cues_of(spoken, ends))


def cues_of(spoken: Spoken, ends: np.ndarray) -> tuple[Cue, ...]:
    """When each word and phoneme is said, of the end (S,) of each symbol in seconds."""
    starts = np.concatenate([[0.0], ends[:-1]])
    cues, words = [], {}
    for symbol, word, start, stop in zip(spoken.symbols, spoken.word_of, starts.tolist(), ends.tolist()):
        if symbol in MARKS:
            if word in words and symbol not in (START, GAP):
                words[word] = replace(words[word], after=symbol)
            continue
        cues.append(Cue("phoneme", symbol, start, stop))
        span = spoken.spans[word] if spoken.spans else (0, 0)
        words[word] = Cue("word", spoken.words[word], words[word].start if word in words else start, stop, span)
    return tuple(sorted([*words.values(), *cues], key=lambda cue: (cue.start, cue.kind == "phoneme")))


def sharpen(mel: torch.Tensor, prompt: torch.Tensor, amount: float) -> torch.Tensor:
    """Widen the over-smooth trajectories of a regressed mel (T, M) towards the spread of the prompt's bands (T', M).

    Global variance compensation (Toda & Tokuda 2007), over the frames that hold speech.
    """
    if amount <= 0:
        return mel

    ours, theirs = speech_frames(mel), speech_frames(prompt)
    if len(ours) < 10 or len(theirs) < 10:
        return mel
    gain = (theirs.std(0) / ours.std(0).clamp_min(0.1)).clamp(1.0, 1.6) ** amount
    mean = ours.mean(0)
    return torch.where((mel.mean(1) > mel.mean(1).max() - 4.0)[:, None], mean + (mel - mean) * gain, mel)


def speech_frames(mel: torch.Tensor) -> torch.Tensor:
    """The frames of a log-mel (T, M) that are not quiet."""
    level = mel.mean(1)
    return mel[level > level.max() - 4.0]


def best_window(audio: Audio, seconds: float) -> Audio:
    """The stretch of so many seconds that holds the most speech; the whole of a shorter recording."""
    size = int(seconds * 100)
    active = audio.activity()
    if len(active) <= size:
        return audio
    sums = np.convolve(active, np.ones(size), mode="valid")
    start = int(sums.argmax()) * (audio.rate // 100)
    return Audio(audio.samples[start : start + int(seconds * audio.rate)], audio.rate)
