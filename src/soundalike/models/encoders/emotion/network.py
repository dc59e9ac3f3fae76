"""A classifier of emotions by 74 measures of a clip: linear discriminant analysis with a shrunk covariance.

Fitted in one go, as a few hundred recordings of a few people are too few for a network: it tells the emotions
of people it has not heard as well as larger classifiers do on that much. It judges a clip by itself, or
against neutral speech of the same voice, which is surer: an emotion is a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core.emotions import ACTED_EMOTIONS, EMOTIONS, emotion_named
from soundalike.core.errors import DataError
from soundalike.core.types import Batch

from .measures import OTHERS, measures_of

if TYPE_CHECKING:
    from soundalike.core.contracts import Progress

    from .objective import EmotionSettings

ABSENT = -1e4  # log-odds of an emotion that there was no recording of
LEAST_SPREAD = 1e-3  # of a measure over the recordings


@dataclass(frozen=True)
class EmotionConfig:
    """What is measured."""

    bands: int = 24  # of the spectrum; each gives two measures, beside 26 others


class Discriminant(nn.Module):
    """Measures (B, D) to log-probabilities (B, 6) of `core.emotions.EMOTIONS`."""

    mean: Tensor
    weight: Tensor
    bias: Tensor

    def __init__(self, measures: int):
        super().__init__()
        self.register_buffer("mean", torch.zeros(measures))
        self.register_buffer("weight", torch.zeros(len(EMOTIONS), measures))
        self.register_buffer("bias", torch.zeros(len(EMOTIONS)))

    def forward(self, measures: Tensor) -> Tensor:
        """The log-probabilities, all emotions being as likely beforehand."""
        return ((measures - self.mean) @ self.weight.T + self.bias).log_softmax(-1)

    def fit(self, measures: Tensor, classes: Tensor, shrinkage: float) -> None:
        """Fit to measures (N, D) of clips and their classes (N,): Gaussians of one covariance, a share of
        which is taken from its diagonal (Friedman 1989).
        """
        mean = measures.mean(0)
        spread = measures.std(0).clamp_min(LEAST_SPREAD)
        x = ((measures - mean) / spread).double()
        there = [k for k in range(len(EMOTIONS)) if bool((classes == k).any())]
        means = torch.stack([x[classes == k].mean(0) for k in there])  # (C, D)
        rest = torch.cat([x[classes == k] - own for k, own in zip(there, means)])
        covariance = rest.T @ rest / len(rest)
        diagonal = torch.diag(covariance.diagonal().clamp_min(LEAST_SPREAD))
        covariance = (1 - shrinkage) * covariance + shrinkage * diagonal
        weight = torch.linalg.solve(covariance, means.T).T  # (C, D)
        self.mean.copy_(mean)
        self.weight.zero_()
        self.bias.fill_(ABSENT)
        self.weight[there] = (weight / spread).float()
        self.bias[there] = (-0.5 * (weight * means).sum(1)).float()


class EmotionClassifier(nn.Module):
    """Log-mels with their pitch to measures, and those to emotions."""

    required_fields: ClassVar[frozenset[str]] = frozenset({"mel", "pitch", "emotion", "speaker"})

    def __init__(self, config: EmotionConfig, mel: MelSpec):
        super().__init__()
        self.config = config
        self.mel = mel
        size = OTHERS + 2 * config.bands
        self.alone = Discriminant(size)
        self.compared = Discriminant(size)

    @torch.no_grad()
    def measures(self, mel: Tensor, pitch: Tensor, lengths: Tensor) -> Tensor:
        """The measures (B, D) of log-mels (B, T, M) with their pitch (B, T) in hertz."""
        return measures_of(mel, pitch, lengths, self.mel, self.config.bands)

    def forward(self, measures: Tensor, neutral: Tensor | None = None) -> Tensor:
        """Log-probabilities (B, 6) of measures (B, D), against those of neutral speech (B, D) of the same
        voices where there are any.
        """
        return self.alone(measures) if neutral is None else self.compared(measures - neutral)

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The log-probabilities of the clips, each by itself."""
        return {"emotions": self(self.measures(batch["mel"], batch["pitch"], batch.lengths("mel")))}

    @torch.no_grad()
    def fit(
        self, batches: Iterator[Batch], settings: EmotionSettings, progress: Progress | None = None
    ) -> dict[str, float]:
        """Fit to the clips that have one of the six emotions; of people of whom there is neutral speech, also
        against that.

        Returns `clips`, `speakers` of whom there is neutral speech, and the share of the clips fitted to that
        are told rightly, `alone` and `compared`. Raises DataError for clips of fewer than two emotions.
        """
        measures, classes, plain, speakers = _gathered(self, batches)
        if len(set(classes.tolist())) < 2:
            raise DataError(
                "the clips have fewer than two emotions. Give recordings whose column 'emotion' has "
                f"{', '.join(EMOTIONS)}."
            )
        self.alone.fit(measures, classes, settings.shrinkage)
        against, known = relative(measures, plain, speakers)
        if len(set(classes[known].tolist())) > 1:
            self.compared.fit(against[known], classes[known], settings.shrinkage)
        if progress is not None:
            progress(1, 1)
        return {
            "clips": float(len(classes)),
            "speakers": float(len(set(speakers[known].tolist()))),
            "alone": float((self.alone(measures).argmax(1) == classes).float().mean()),
            "compared": float((self.compared(against[known]).argmax(1) == classes[known]).float().mean()),
        }


def relative(measures: Tensor, plain: Tensor, speakers: Tensor) -> tuple[Tensor, Tensor]:
    """Measures (N, D) less the mean of each speaker's plain clips (N,), and of which speakers there are any
    (N,).
    """
    found = measures.clone()
    known = torch.zeros(len(speakers), dtype=torch.bool)
    for speaker in speakers.unique():
        own = speakers == speaker
        if bool((own & plain).any()):
            found[own] -= measures[own & plain].mean(0)
            known |= own
    return found, known


def _gathered(network: EmotionClassifier, batches: Iterator[Batch]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Measures (N, D), classes (N,), which are plainly neutral rather than calm (N,), and speakers (N,) of
    the clips that have one of the six emotions.
    """
    classes_of = [_class_of(name) for name in ACTED_EMOTIONS]
    measures, classes, plain, speakers = [], [], [], []
    for batch in batches:
        own = torch.tensor([classes_of[place] for place in batch["emotion"].tolist()])
        kept = own >= 0
        if not bool(kept.any()):
            continue
        made = network.measures(batch["mel"], batch["pitch"], batch.lengths("mel"))
        measures.append(made[kept])
        classes.append(own[kept])
        plain.append((batch["emotion"] == ACTED_EMOTIONS.index("neutral"))[kept])
        speakers.append(batch["speaker"][kept])
    if not measures:
        nothing = torch.zeros(0, dtype=torch.long)
        return torch.zeros(0, 1), nothing, nothing.bool(), nothing
    return torch.cat(measures), torch.cat(classes), torch.cat(plain), torch.cat(speakers)


def _class_of(name: str) -> int:
    """The place of an acted emotion among the six; -1 for one that is none of them."""
    known = emotion_named(name)
    return -1 if known is None else EMOTIONS.index(known)
