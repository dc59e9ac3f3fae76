"""Training of a network that makes mels, judged beyond its errors: by a discriminator, and by what recognises
who speaks and what is said.

A mel whose error is least is a mean of many, smooth and dull. A discriminator asks it to look like one of
them (Yang et al. 2021, "GANSpeech").
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TypeVar

from torch import Tensor

from soundalike.core.types import Batch, DataFacts, Output
from soundalike.nn.normalizer import MelNormalizer

from .adversary import FOLDER, Adversary
from .objective import MelObjective, mel_mask
from .picture_discriminator import MelPictureConfig, MelPictureDiscriminator
from .recognition import RecognitionSettings, recognition_judge


@dataclass(frozen=True)
class JudgedMelSettings:
    """Weights of what judges a mel beside its errors."""

    adversarial: float = 0.0  # of fooling a discriminator of mels; 0 trains without one
    matching: float = 0.0  # of matching its features
    # Of being recognised by a speaker encoder and an aligner
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)


Network = TypeVar("Network", bound=MelNormalizer)
Settings = TypeVar("Settings", bound=JudgedMelSettings)


class JudgedMelObjective(MelObjective[Network, Settings]):
    """Subclasses give the errors, `regression`, of what `forward` makes; the judges' losses are added."""

    def __init__(self, network: Network, settings: Settings, facts: DataFacts):
        super().__init__(network, settings, facts)
        if settings.adversarial:
            config = MelPictureConfig()
            discriminator = MelPictureDiscriminator(config, network.mel)
            weights = (settings.adversarial, settings.matching)
            self.train_against(Adversary("picture_discriminator", discriminator, config, *weights))
        self.recognition = recognition_judge(settings.recognition, network.mel.n_mels)
        if self.recognition is not None:
            self.required_fields = self.required_fields | self.recognition.required_fields

    @abstractmethod
    def regression(self, batch: Batch, output: Output) -> dict[str, Tensor]:
        """The weighted errors by name."""

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """The errors, and those of the judges; or, in its turn, the discriminator's own."""
        mask = mel_mask(batch)
        made = output["mel"] * mask[..., None]
        if optimizer == FOLDER and self.discriminators is not None:
            return self.discriminators.telling(made, self._network.normalised(batch["mel"], mask))
        losses = self.regression(batch, output)
        if self.recognition is not None:
            losses |= self.recognition.of_clips(self.log_mel(output["mel"]), batch)
        if self.discriminators is not None:
            losses |= self.discriminators.fooling(made, self._network.normalised(batch["mel"], mask))
        return losses
