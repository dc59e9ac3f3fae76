"""Speech to tokens of what is said: the nearest of some codes to a content encoder's features, 23.4 times a
second.

The content encoder is part of the network and frozen; the codebook is fitted to its features and frozen after
that, since whatever learns of tokens means those of this codebook alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.core import registry
from soundalike.core.config import to_json
from soundalike.core.errors import ConfigError, DataError
from soundalike.core.types import Batch
from soundalike.models.common import content
from soundalike.nn.flows import gather_frames
from soundalike.nn.masks import length_mask
from soundalike.nn.quantize import ResidualQuantizer

if TYPE_CHECKING:
    from soundalike.core.contracts import Progress

    from .objective import ContentTokensSettings

WHERE = "[network] sizes"


@dataclass(frozen=True)
class ContentTokensConfig:
    """Whose features, and how many codes."""

    encoder: str = "hubert"  # registered name of the content encoder: hubert or wav2vec2
    sizes: dict[str, Any] = field(default_factory=dict)  # its [network], as far as it is not the usual one
    frames: int = 4  # of the mel that a token lasts
    parts: int = 2  # features that a token is told from
    width: int = 64  # numbers of each code: principal components of the features
    codes: int = 1024


class ContentTokens(nn.Module):
    """Log-mels (B, T, M), or samples where the content encoder reads these, to tokens (B, T', 1)."""

    centre: Tensor
    components: Tensor

    def __init__(self, config: ContentTokensConfig, mel: MelSpec):
        super().__init__()
        c = config
        self.config = config
        self.mel = mel
        self.encoder = content.build(c.encoder, c.sizes, mel, WHERE).requires_grad_(False)
        self.reads_field: str = self.encoder.reads_field
        self.required_fields = frozenset({self.reads_field})
        self.frames_per_second = mel.frames_per_second / c.frames
        together = c.parts * self.encoder.feature_width
        self.register_buffer("centre", torch.zeros(together))
        self.register_buffer("components", torch.randn(together, c.width) / together**0.5)
        self.quantizer = ResidualQuantizer(1, c.codes, c.width)

    def token_lengths(self, lengths: Tensor) -> Tensor:
        """How many tokens (B,) so many frames or samples (B,) have."""
        frames = lengths if self.reads_field == "mel" else lengths // self.mel.hop_length + 1
        return (frames + self.config.frames - 1) // self.config.frames

    def codes(self, values: Tensor, lengths: Tensor) -> Tensor:
        """Tokens (B, T', 1) of log-mels (B, T, M) or samples (B, N); zero in the padding."""
        latent, mask = self.latent(values, lengths)
        return self.quantizer(latent, mask).codes

    def latent(self, values: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """What is quantized (B, T', C), and its mask (B, T')."""
        together, mask = self._together(values, lengths)
        return (together - self.centre) @ self.components * mask[..., None], mask

    def _together(self, values: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The features of each token (B, T', parts * D), and the mask (B, T')."""
        self.encoder.eval()
        features = self.encoder.features(values, lengths)
        sizes = self.token_lengths(lengths)
        mask = length_mask(sizes)
        parts = self.config.parts
        rate = self.encoder.frames_per_second / (self.frames_per_second * parts)
        told = at_rate(features, self.encoder.feature_lengths(lengths), rate, mask.shape[1] * parts)
        return told.unflatten(1, (-1, parts)).flatten(2) * mask[..., None], mask

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """The tokens."""
        return {"codes": self.codes(batch[self.reads_field], batch.lengths(self.reads_field))}

    @torch.no_grad()
    def fit(
        self, batches: Iterator[Batch], settings: ContentTokensSettings, progress: Progress | None = None
    ) -> dict[str, float]:
        """Take the content encoder's weights, the principal components of its features, and codes by k-means.

        Returns `tokens`, how many it was fitted to; `explained`, the share of the features' variance that the
        components hold; `left`, the share of the components' that the codes leave; and `perplexity`, how many
        codes are in use. Raises ConfigError for an encoder of other sizes, DataError for fewer tokens than
        codes.
        """
        if settings.content:
            self._take(settings.content)
        points = self._gathered(batches, settings, progress)
        self.centre.copy_(points.mean(0))
        values, vectors = torch.linalg.eigh(torch.cov(points.T))
        self.components.copy_(vectors[:, -self.config.width :])
        latent = (points - self.centre) @ self.components
        everywhere = torch.ones(1, len(latent))
        self.quantizer.start(latent[None], everywhere)
        quantized = self.quantizer(latent[None], everywhere)
        share = torch.bincount(quantized.codes.flatten(), minlength=self.config.codes) / len(latent)
        return {
            "tokens": float(len(points)),
            "explained": float(values[-self.config.width :].sum() / values.sum()),
            "left": float((latent - quantized.values[0]).square().sum() / latent.square().sum()),
            "perplexity": float((-(share * share.clamp_min(1e-9).log()).sum()).exp()),
        }

    def _take(self, folder: str) -> None:
        """The weights of a trained content encoder. Raises ConfigError for one of other sizes."""
        part = registry.find(registry.SERVICES, "part", "service")(folder, content.ROLE)
        mine, theirs = to_json(self.encoder.config), to_json(part.config)
        if part.name != self.config.encoder or mine != theirs:
            differing = {key: value for key, value in theirs.items() if mine.get(key) != value}
            sizes = ", ".join(f"{key} = {value!r}" for key, value in differing.items())
            raise ConfigError(
                f"{folder}: holds a {part.name} of other sizes than the recipe's content encoder. "
                f'Set network.encoder = "{part.name}" and network.sizes = {{{sizes}}}.'
            )
        if part.mel != self.mel:
            raise ConfigError(f"{folder}: was trained with another mel than this recipe's.")
        self.encoder.load_state_dict(part.network.state_dict())

    def _gathered(
        self, batches: Iterator[Batch], settings: ContentTokensSettings, progress: Progress | None
    ) -> Tensor:
        """The features (N, parts * D) of so many tokens of the clips, or of all."""
        found: list[Tensor] = []
        count = 0
        for batch in batches:
            together, mask = self._together(batch[self.reads_field], batch.lengths(self.reads_field))
            found.append(together[mask > 0])
            count += len(found[-1])
            if progress is not None:
                progress(min(count, settings.tokens), settings.tokens)
            if count >= settings.tokens:
                break
        if count < self.config.codes:
            raise DataError(
                f"{count} tokens are too few for {self.config.codes} codes. Give more clips or fewer codes."
            )
        return torch.cat(found)[: settings.tokens]


def at_rate(features: Tensor, lengths: Tensor, rate: float, size: int) -> Tensor:
    """So many places (B, size, D) between features (B, T, D) of some lengths (B,), `rate` features apart;
    beyond the last it is that one.
    """
    wanted = (torch.arange(size, device=features.device) + 0.5) * rate - 0.5
    place = wanted.clamp_min(0)[None].minimum(lengths[:, None] - 1.0)  # (B, size)
    low = place.floor().long()
    high = (low + 1).minimum(lengths[:, None] - 1)
    share = (place - low)[..., None]
    return torch.lerp(gather_frames(features, low), gather_frames(features, high), share)
