"""Whether a mel is recognised while its network is trained: as the person who spoke, and as what was said.

A mel may be near the recording and yet be another person's, or mumbled. Here a frozen speaker encoder and a
frozen aligner read it, and the gradient reaches the network through them (a speaker consistency loss, as in
Casanova et al. 2022, "YourTTS", and a recogniser's cross-entropy beside it).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch
from soundalike.data.fields import UNKNOWN_PHONE


@dataclass(frozen=True)
class RecognitionSettings:
    """What reads the mel, and the weights of what it finds."""

    model: str = "builtin"  # folder of a model whose speaker encoder and aligner are used
    speaker: float = 0.0  # of one minus the cosine of the speaker embeddings of made mel and recording
    phones: float = 0.0  # of the cross-entropy of the aligner's classes and what was said


def recognition_judge(settings: RecognitionSettings, n_mels: int) -> RecognitionJudge | None:
    """What recognises mels of so many bands; None where nothing is asked of it."""
    return RecognitionJudge(settings, n_mels) if settings.speaker or settings.phones else None


class RecognitionJudge:
    """A frozen speaker encoder and a frozen aligner, of the same mel as the model that is trained."""

    required_fields = frozenset({"phones"})

    def __init__(self, settings: RecognitionSettings, n_mels: int):
        self.settings = settings
        self.encoder = _frozen(settings.model, "speaker", n_mels)
        self.aligner = _frozen(settings.model, "aligner", n_mels)

    def person(self, mel: Tensor, lengths: Tensor) -> Tensor:
        """The speaker embeddings (B, V) of recorded log-mels (B, T, M) of so many frames (B,)."""
        with torch.no_grad():
            return self.encoder.to(mel.device)(mel, lengths)

    def losses(self, made: Tensor, lengths: Tensor, phones: Tensor, person: Tensor) -> dict[str, Tensor]:
        """Of made log-mels (B, T, M) of so many frames (B,), what is said in each frame (B, T), a class of
        text.alphabet.phone_classes, and the speaker embeddings (B, V) of who should speak.
        """
        s = self.settings
        losses = {}
        if s.speaker:
            found = self.encoder.to(made.device)(made, lengths)
            losses["speaker"] = s.speaker * (1 - (found * person).sum(1)).mean()
        if s.phones:
            log_probs = self.aligner.to(made.device)(made, lengths).transpose(1, 2)
            losses["phones"] = s.phones * F.nll_loss(log_probs, phones, ignore_index=UNKNOWN_PHONE)
        return losses

    def of_clips(self, made: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Of the mels (B, T, M) of a batch's clips, made again."""
        lengths = batch.lengths("mel")
        return self.losses(made, lengths, batch["phones"], self.person(batch["mel"], lengths))


def _frozen(model: str, name: str, n_mels: int) -> nn.Module:
    part = registry.find(registry.SERVICES, "part", "service")(model, name)
    if part.mel.n_mels != n_mels:
        raise ConfigError(
            f"[objective.recognition] model: the {name} of {model} reads mels of {part.mel.n_mels} bands, "
            f"and this recipe makes {n_mels}. Name a model of the same mel."
        )
    return part.network.requires_grad_(False)
