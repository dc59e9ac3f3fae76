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

    required_fields = frozenset({"mel", "phones"})

    def __init__(self, settings: RecognitionSettings, n_mels: int):
        self.settings = settings
        self.encoder = _frozen(settings.model, "speaker", n_mels)
        self.aligner = _frozen(settings.model, "aligner", n_mels)

    def losses(self, made: Tensor, real: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Of a made log-mel (B, T, M) beside that of the recording, frames of the batch's "mel"."""
        s = self.settings
        lengths = batch.lengths("mel")
        losses = {}
        if s.speaker:
            encoder = self.encoder.to(made.device)
            with torch.no_grad():
                person = encoder(real, lengths)
            losses["speaker"] = s.speaker * (1 - (encoder(made, lengths) * person).sum(1)).mean()
        if s.phones:
            log_probs = self.aligner.to(made.device)(made, lengths)
            wrong = F.nll_loss(log_probs.transpose(1, 2), batch["phones"], ignore_index=UNKNOWN_PHONE)
            losses["phones"] = s.phones * wrong
        return losses


def _frozen(model: str, name: str, n_mels: int) -> nn.Module:
    part = registry.find(registry.SERVICES, "part", "service")(model, name)
    if part.mel.n_mels != n_mels:
        raise ConfigError(
            f"[objective.recognition] model: the {name} of {model} reads mels of {part.mel.n_mels} bands, "
            f"and this recipe makes {n_mels}. Name a model of the same mel."
        )
    return part.network.requires_grad_(False)
