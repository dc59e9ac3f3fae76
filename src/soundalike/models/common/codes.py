"""What codecs share: which codec codes are of, their training, and what their first level tells."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from soundalike.nn.masks import masked_mean
from soundalike.nn.quantize import CodebookUpdate, Quantized, ResidualQuantizer, random_depth

UNKNOWN = -1  # of a sound that is not known (data.fields)


def codebook_digest(codebooks: Tensor, frames_per_second: float) -> str:
    """Twelve hexadecimal digits that name codebooks (Q, K, D) and their rate. Codes mean nothing to a codec
    of another digest. Half precision, in which weights are shipped, gives the same digest.
    """
    said = f"{tuple(codebooks.shape)} {frames_per_second:.6f}".encode()
    return hashlib.sha256(said + codebooks.to(torch.float16).cpu().numpy().tobytes()).hexdigest()[:12]


def quantized_in_training(
    quantizer: ResidualQuantizer, latent: Tensor, mask: Tensor, dropout: float, how: CodebookUpdate | None
) -> Quantized:
    """Quantize vectors (B, T', D) with a mask (B, T'). In training a share of the clips, `dropout`, has fewer
    levels, and the codebooks, which begin by k-means, follow unless `how` is None.
    """
    if not quantizer.training:
        return quantizer(latent, mask)
    if not bool(quantizer.started):
        quantizer.start(latent.detach(), mask)
    depth = random_depth(len(latent), quantizer.levels, dropout, latent.device)
    quantized = quantizer(latent, mask, depth)
    if how is not None:
        quantizer.update(quantized, mask, how)
    return quantized


def coded_phones(phones: Tensor, mask: Tensor, hop: int, mel_hop: int) -> Tensor:
    """The sound (B, T') in the middle of each frame of codes, `hop` samples from one to the next, of the
    sounds (B, T) of the frames of a mel; UNKNOWN where the mask (B, T') is zero.
    """
    middles = ((torch.arange(mask.shape[1], device=phones.device) + 0.5) * hop / mel_hop).round().long()
    found = phones[:, middles.clamp_max(phones.shape[1] - 1)]
    return torch.where(mask > 0, found, UNKNOWN)


def phone_loss(scores: Tensor, phones: Tensor) -> Tensor:
    """Cross-entropy of scores (B, T', P) of each sound where it is known (B, T'); zero where none is."""
    if not bool((phones != UNKNOWN).any()):
        return 0.0 * scores.sum()
    return F.cross_entropy(scores.flatten(0, 1), phones.flatten(), ignore_index=UNKNOWN)


@torch.no_grad()
def codebook_measures(
    quantizer: ResidualQuantizer, head: nn.Module, quantized: Quantized, phones: Tensor
) -> dict[str, Tensor]:
    """How many codes the first level uses, and the others in the mean (`perplexity`); how often the sound is
    told right from the first.
    """
    perplexity = quantizer.perplexity
    right = (head(quantized.first).argmax(-1) == phones).float()
    return {
        "perplexity_first": perplexity[0],
        "perplexity_rest": perplexity[min(1, len(perplexity) - 1) :].mean(),
        "phones_right": masked_mean(right, (phones != UNKNOWN).float()),
    }
