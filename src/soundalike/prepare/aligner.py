"""The aligner: a small frame classifier of phones, trained on text alone, that says how long each symbol lasts.

A hidden Markov model without a blank: every symbol of the text is a state, marks are silences that may last no time
at all, phonemes last a few frames at least. Training is Baum-Welch with a network for emissions: the state posteriors of
the present network are the targets of the next step. Dividing by the classes' prior keeps silence from swallowing
frames (Zeyer et al. 2021 study this model; Huang et al. 2024 the prior).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ..contract import Batch, DataFacts, Output, PartKind
from ..features import MelSpec
from ..nets.conv import Conv, ConvBlock
from ..nets.masks import length_mask, masked_mean
from ..text.alphabet import PHONES, phone_classes, vowel_classes

CLASSES = len(PHONES) + 1  # class 0 is silence
LEAST = 3  # frames a phoneme lasts at least, where the clip is long enough: 32 ms
PRIOR_SCALE = 0.8  # power of the classes' prior that scores are divided by

COMMONEST = float(np.log(0.06))  # no prior counts for more: silence is common without being unlikely


@dataclass(frozen=True)
class AlignerConfig:
    width: int = 256
    kernel: int = 3
    dilations: tuple[int, ...] = (1, 2, 3, 1)  # a field of view of about a tenth of a second either way: sharp edges


class Aligner(nn.Module):
    """Log-mel to log-probabilities of CLASSES, frame by frame."""

    def __init__(self, config: AlignerConfig, mel: MelSpec):
        super().__init__()
        self.first = Conv(mel.n_mels, config.width, 5)
        self.blocks = nn.ModuleList([ConvBlock(config.width, config.kernel, d) for d in config.dilations])
        self.last = nn.Linear(config.width, CLASSES)
        self.register_buffer("spread", torch.ones(mel.n_mels))  # (M,)
        self.register_buffer("log_prior", torch.full((CLASSES,), -float(np.log(CLASSES))))
        self.register_buffer("steps_seen", torch.zeros((), dtype=torch.int64))
        self.register_buffer("class_of", torch.tensor(phone_classes()))  # symbol id -> class

    def forward(self, mel: Tensor, lengths: Tensor) -> Tensor:  # (B, T, M), (B,) -> (B, T, CLASSES)
        mask = length_mask(lengths, mel.shape[1])
        mean = (mel * mask[..., None]).sum(1, keepdim=True) / lengths[:, None, None]
        x = self.first((mel - mean) / self.spread * mask[..., None]) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        return self.last(x).log_softmax(-1)

    def emissions(self, log_probs: Tensor, symbols: Tensor, prior_scale: float = PRIOR_SCALE) -> np.ndarray:
        """Scores (B, T, S) of each frame under each symbol of the text."""
        scores = log_probs - prior_scale * self.log_prior.clamp_max(COMMONEST)
        classes = self.class_of[symbols]  # (B, S)
        return scores.gather(2, classes[:, None].expand(-1, scores.shape[1], -1)).cpu().double().numpy()

    def states(self, symbols: Tensor, frames: int) -> Tensor:
        """Which symbol each state of the model stands for (S'): a phoneme has LEAST states, fewer in a clip too short for it."""
        sounded = self.class_of[symbols] > 0
        repeat = torch.where(sounded, max(1, min(LEAST, frames // max(1, int(sounded.sum())))), 1)
        return torch.repeat_interleave(torch.arange(len(symbols), device=symbols.device), repeat)

    @torch.inference_mode()
    def align(self, mel: Tensor, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Frames of each symbol (S,) and its mean log-probability (S,), for one clip: mel (T, M), symbols (S,).

        A symbol that lasts no time (a mark without silence) has log-probability zero. The clip must have at least as
        many frames as phonemes.
        """
        log_probs = self(mel[None], torch.tensor([len(mel)]))
        states = self.states(symbols, len(mel))  # (S',)
        scores = self.emissions(log_probs, symbols[states][None])
        optional = (self.class_of[symbols[states]] == 0).numpy()
        path = states.numpy()[viterbi(scores[0], optional)]  # (T,)
        durations = torch.from_numpy(np.bincount(path, minlength=len(symbols)))
        frame_scores = log_probs[0].gather(1, self.class_of[symbols][torch.from_numpy(path)][:, None])[:, 0]
        sums = torch.zeros(len(symbols)).index_add(0, torch.from_numpy(path), frame_scores)
        return durations, sums / durations.clamp_min(1)


def posteriors(scores: np.ndarray, optional: np.ndarray, frames: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Forward-backward: the chance (B, T, S) of each state at each frame, and each clip's log-likelihood (B,).

    scores (B, T, S) log emissions; optional (B, S) bool marks states that may be skipped; frames, states (B,) lengths.
    """
    B, T, S = scores.shape
    inside = np.arange(S)[None] < states[:, None]
    top = np.where(inside[:, None], scores, -np.inf).max(axis=2, keepdims=True)
    emit = np.where(inside[:, None], np.exp(np.maximum(scores - top, -60.0)), 0.0)
    skip_into = np.zeros((B, S))
    skip_into[:, 2:] = optional[:, 1:-1]  # state s may follow s - 2 when s - 1 is optional
    alpha = np.zeros((T, B, S))
    start = np.zeros((B, S))
    start[:, 0] = 1.0
    start[:, 1] = optional[:, 0]
    now, log_likelihood = start * emit[:, 0], np.zeros(B)
    for t in range(T):
        if t:
            came = now.copy()
            came[:, 1:] += now[:, :-1]
            came[:, 2:] += now[:, :-2] * skip_into[:, 2:]
            now = came * emit[:, t]
        scale = np.maximum(now.sum(axis=1), 1e-280)
        now = now / scale[:, None]
        log_likelihood += np.where(t < frames, np.log(scale) + top[:, t, 0], 0.0)
        alpha[t] = now
    rows = np.arange(B)
    finish = np.zeros((B, S))
    finish[rows, states - 1] = 1.0
    finish[rows, states - 2] = optional[rows, states - 1]
    log_likelihood += np.log(np.maximum((alpha[frames - 1, rows] * finish).sum(1), 1e-280))
    gamma, beta = np.zeros((B, T, S)), finish.copy()
    for t in range(T - 1, -1, -1):
        if t < T - 1:
            later = beta * emit[:, t + 1]
            came = later.copy()
            came[:, :-1] += later[:, 1:]
            came[:, :-2] += later[:, 2:] * skip_into[:, 2:]
            beta = np.where((t == frames - 1)[:, None], finish, came / np.maximum(came.sum(axis=1, keepdims=True), 1e-280))
        product = alpha[t] * beta
        gamma[:, t] = product / np.maximum(product.sum(axis=1, keepdims=True), 1e-280)
    gamma[np.arange(T)[None] >= frames[:, None]] = 0.0
    return gamma, log_likelihood


def viterbi(scores: np.ndarray, optional: np.ndarray) -> np.ndarray:
    """The best state at each frame (T,), for scores (T, S) and optional (S,): starts at the first, ends at the last state,
    skipping none but optional ones."""
    T, S = scores.shape
    best = np.full(S, -np.inf)
    best[0] = scores[0, 0]
    if optional[0] and S > 1:
        best[1] = scores[0, 1]
    back = np.zeros((T, S), dtype=np.int8)
    skip = np.full(S, -np.inf)
    skip[2:] = np.where(optional[1:-1], 0.0, -np.inf)
    for t in range(1, T):
        choices = np.full((3, S), -np.inf)
        choices[0] = best
        choices[1, 1:] = best[:-1]
        choices[2, 2:] = best[:-2] + skip[2:]
        back[t] = choices.argmax(axis=0)
        best = choices.max(axis=0) + scores[t]
    state = S - 1 if not (optional[-1] and best[-2] > best[-1]) else S - 2
    path = np.empty(T, dtype=np.int64)
    for t in range(T - 1, -1, -1):
        path[t] = state
        state -= int(back[t, state])
    return path


@dataclass(frozen=True)
class AlignerSettings:
    prior_scale: float = PRIOR_SCALE
    guided: int = 500  # steps over which the guide fades and the network comes to be trusted
    guide_width: float = 0.04  # how far from an even pace, as a share of the sentence
    hint: float = 3.0  # nats: what is quiet is silence, what is not is none


def even_pace(mel: Tensor, classes: Tensor, mel_lengths: Tensor, symbol_lengths: Tensor, settings: AlignerSettings) -> np.ndarray:
    """Scores (B, T, S) that prefer an even pace through the phonemes over the loud frames, and silence in the quiet ones.

    Without such a guide the first steps fall into a corner: one state takes all the frames.
    """
    frames = length_mask(mel_lengths, mel.shape[1])
    level = mel.mean(2).masked_fill(frames == 0, torch.nan)
    low, high = level.nanquantile(0.05, 1, keepdim=True), level.nanquantile(0.95, 1, keepdim=True)
    loud = (level > low + 0.4 * (high - low)).float() * frames  # NaN compares as false
    weight = torch.where(torch.tensor(vowel_classes(), device=classes.device)[classes], 1.6, 1.0) * (classes > 0)  # vowels last longer
    weight = weight * length_mask(symbol_lengths, classes.shape[1])
    gone = (loud.cumsum(1) - loud / 2) / loud.sum(1, keepdim=True).clamp_min(1)  # (B, T) share of the speech
    said = (weight.cumsum(1) - weight / 2) / weight.sum(1, keepdim=True)  # (B, S) share of the text
    pace = -((gone[:, :, None] - said[:, None]) ** 2) / (2 * settings.guide_width**2)
    agree = (loud[:, :, None] == 0) == (classes == 0)[:, None]
    return (pace.clamp_min(-12) + torch.where(agree, 0.0, -settings.hint)).cpu().double().numpy()


class AlignerObjective:
    """Baum-Welch steps: cross-entropy against the present state posteriors."""

    wants = frozenset({"symbols", "mel"})
    turns = ("model",)

    def __init__(self, network: Aligner, settings: AlignerSettings, facts: DataFacts):
        self._network, self.settings = network, settings
        network.spread.copy_(facts.mel_std)

    def network(self) -> Aligner:
        return self._network

    def trained(self, turn: str) -> nn.Module:
        return self._network

    def forward(self, batch: Batch) -> Output:
        return {"log_probs": self._network(batch.mel, batch.mel_lengths)}

    def losses(self, turn: str, batch: Batch, output: Output) -> dict[str, Tensor]:
        log_probs, net = output["log_probs"], self._network
        with torch.no_grad():
            rows = [
                ids[:size][net.states(ids[:size], int(frames))] for ids, size, frames in zip(batch.symbols, batch.symbol_lengths, batch.mel_lengths)
            ]
            symbols = nn.utils.rnn.pad_sequence(rows, batch_first=True)  # (B, S') one column a state
            lengths = torch.tensor([len(row) for row in rows], device=symbols.device)
            scores = net.emissions(log_probs, symbols, self.settings.prior_scale)
            classes = net.class_of[symbols]  # (B, S')
            silent = (classes == 0).cpu().numpy()
            done = min(1.0, int(net.steps_seen) / max(1, self.settings.guided))
            net.steps_seen += 1
            if done < 1:
                guide = even_pace(batch.mel, classes, batch.mel_lengths, lengths, self.settings)
                scores = min(1.0, 0.05 + 2 * done**2) * scores + (1 - done) * guide
            gamma, likelihood = posteriors(scores, silent, batch.mel_lengths.cpu().numpy(), lengths.cpu().numpy())
            target = torch.zeros_like(log_probs)
            target.scatter_add_(2, classes[:, None].expand(-1, gamma.shape[1], -1), torch.from_numpy(gamma).to(log_probs))
            share = target.sum((0, 1)) / target.sum()
            prior = net.log_prior.exp().lerp(share, 0.01)
            net.log_prior.copy_(prior.clamp_min(1e-4).log())
        mask = length_mask(batch.mel_lengths, batch.mel.shape[1])
        return {"cross_entropy": masked_mean(-(target * log_probs).sum(-1), mask)}


PART = PartKind("aligner", AlignerConfig, Aligner, AlignerSettings, AlignerObjective)
