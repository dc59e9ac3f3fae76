"""Training of the aligner: posteriors of a hidden Markov model (Baum-Welch)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from soundalike.core.contracts import PartKind
from soundalike.core.types import Batch, DataFacts, Output
from soundalike.models.common.interfaces import reads_alphabet
from soundalike.models.common.objective import SingleOptimizerObjective, mel_mask, zero_padding
from soundalike.nn.masks import length_mask, masked_mean
from soundalike.text.alphabet import vowel_classes

from .config import PRIOR_SCALE, AlignerConfig
from .graphs import graphs_of
from .network import Aligner
from .search import posteriors
from .torch_execution import torch_aligner


@dataclass(frozen=True)
class AlignerSettings:
    """How the first steps are guided, while the network knows nothing."""

    prior_scale: float = PRIOR_SCALE
    guided: int = 500  # steps over which the guide fades and the network's own scores take over
    guide_width: float = 0.04  # how far from an even pace, as a share of the sentence
    hint: float = 3.0  # nats: what is quiet is silence, what is not is none


def even_pace(
    mel: Tensor, classes: Tensor, mel_lengths: Tensor, symbol_lengths: Tensor, settings: AlignerSettings
) -> np.ndarray:
    """Scores (B, T, S) that prefer an even pace through the phonemes over the loud frames, and silence in the
    quiet ones.

    Without such a guide the first steps collapse: one state takes all the frames.
    """
    frames = length_mask(mel_lengths, mel.shape[1])
    level = mel.mean(2).masked_fill(frames == 0, torch.nan)
    low = level.nanquantile(0.05, 1, keepdim=True)
    high = level.nanquantile(0.95, 1, keepdim=True)
    loud = (level > low + 0.4 * (high - low)).float() * frames  # NaN compares as false
    # Vowels last longer
    weight = torch.where(torch.tensor(vowel_classes(), device=classes.device)[classes], 1.6, 1.0) * (
        classes > 0
    )
    weight = weight * length_mask(symbol_lengths, classes.shape[1])
    gone = (loud.cumsum(1) - loud / 2) / loud.sum(1, keepdim=True).clamp_min(1)  # (B, T) share of the speech
    said = (weight.cumsum(1) - weight / 2) / weight.sum(1, keepdim=True)  # (B, S) share of the text
    pace = -((gone[:, :, None] - said[:, None]) ** 2) / (2 * settings.guide_width**2)
    agree = (loud[:, :, None] == 0) == (classes == 0)[:, None]
    return (pace.clamp_min(-12) + torch.where(agree, 0.0, -settings.hint)).cpu().double().numpy()


class AlignerObjective(SingleOptimizerObjective[Aligner, AlignerSettings]):
    """Baum-Welch steps: cross-entropy against the present state posteriors."""

    required_fields = frozenset({"symbols", "mel"})

    def adopt_facts(self, facts: DataFacts) -> None:
        """Keep the spread of each band; each clip brings its own mean."""
        self._network.get_buffer("spread").copy_(facts.mel_std)

    def forward(self, batch: Batch) -> Output:
        """Log-probabilities of the classes of each frame."""
        return {"log_probs": self._network(batch["mel"], batch.lengths("mel"))}

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """The cross-entropy against the posteriors; the network's count of steps and prior move on."""
        log_probs = output["log_probs"]
        with torch.no_grad():
            target = self._posteriors(batch, log_probs)
            share = target.sum((0, 1)) / target.sum()
            log_prior = self._network.get_buffer("log_prior")
            log_prior.copy_(log_prior.exp().lerp(share, 0.01).clamp_min(1e-4).log())
        return {"cross_entropy": masked_mean(-(target * log_probs).sum(-1), mel_mask(batch))}

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """Log-probabilities of the classes of each frame."""
        return {"log_probs": zero_padding(self.forward(batch)["log_probs"], batch.lengths("mel"))}

    def _posteriors(self, batch: Batch, log_probs: Tensor) -> Tensor:
        """How probable each class (B, T, C) is in each frame, given the text."""
        net = self._network
        frames = batch.lengths("mel")
        rows = [
            ids[:size][net.states(ids[:size], int(count))]
            for ids, size, count in zip(batch["symbols"], batch.lengths("symbols"), frames)
        ]
        symbols = nn.utils.rnn.pad_sequence(rows, batch_first=True)  # (B, S') one column a state
        lengths = torch.tensor([len(row) for row in rows], device=symbols.device)
        scores = net.emissions(log_probs, symbols, self.settings.prior_scale)
        classes = net.get_buffer("class_of")[symbols]  # (B, S')
        steps_seen = net.get_buffer("steps_seen")
        done = min(1.0, int(steps_seen) / max(1, self.settings.guided))
        steps_seen += 1
        if done < 1:
            guide = even_pace(batch["mel"], classes, frames, lengths, self.settings)
            scores = min(1.0, 0.05 + 2 * done**2) * scores + (1 - done) * guide
        silent = (classes == 0).cpu().numpy()
        gamma, _ = posteriors(scores, silent, frames.cpu().numpy(), lengths.cpu().numpy())
        column = classes[:, None].expand(-1, gamma.shape[1], -1)
        return torch.zeros_like(log_probs).scatter_add_(2, column, torch.from_numpy(gamma).to(log_probs))


PART = PartKind(
    "aligner",
    AlignerConfig,
    Aligner,
    AlignerSettings,
    AlignerObjective,
    reads=reads_alphabet,
    instrument=torch_aligner,
    graphs=graphs_of,
)
