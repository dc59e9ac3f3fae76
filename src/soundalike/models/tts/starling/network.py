"""Symbols and a voice to log-mel frames, in one pass.

After FastSpeech 2 (Ren et al. 2020): text encoder, duration and pitch predictors, upsampling, decoder.
Convolutions instead of self-attention; the decoder works on patches of two frames. It is conditioned on a
speaker embedding and a prompt: the prompt's mean spectrum is what the decoder starts from, each of its blocks
is modulated by the conditioning, and after some of them it attends to the prompt. The positions of the
pitch's harmonics are an input, as a ripple over the mel bands: a small network does not find them from the
pitch alone, but predicts well how deep the ripple is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_FLOOR
from soundalike.core.types import USUAL_OCTAVE, AcousticOutput, ProsodyControls
from soundalike.nn.attention import attend
from soundalike.nn.conv import Conv, ConvNeXtBlock
from soundalike.nn.length_regulator import place_in_symbol, symbol_of_frame
from soundalike.nn.masks import length_mask
from soundalike.nn.normalizer import MelNormalizer
from soundalike.nn.spectral import harmonic_ripple
from soundalike.text.alphabet import SYMBOLS, phone_classes

from .config import PLAIN, Reading, StarlingConfig, reading_of

RIPPLE_STEPS = 96  # pitches an octave whose harmonics are tabulated
MIDDLING = 2.8  # predicted mean opinion score of a clip about which nothing is known
CLEAN = 3.4  # that of a studio recording: what is asked for when speaking


@dataclass(frozen=True)
class VoiceConditioning:
    """What the network is conditioned on: what it makes of a speaker embedding and a prompt."""

    voice: Tensor  # (B, V)
    base: Tensor  # (B, M) normalised mean spectrum of the prompt's speech
    octave: Tensor  # (B,) mean log2 pitch of the prompt
    memory: Tensor  # (B, T'/2, W) the encoded prompt
    memory_mask: Tensor  # (B, T'/2)


class PromptAttention(nn.Module):
    """Attention from the decoder (B, P, D) to the encoded prompt (B, T', W); it adds zero before training."""

    def __init__(self, width: int, memory: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, memory)
        self.key_value = nn.Linear(memory, 2 * memory)
        self.out = nn.Linear(memory, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, mask: Tensor, conditioning: VoiceConditioning) -> Tensor:
        """(B, P, D) with a mask (B, P) and what was attended to added: (B, P, D)."""
        key, value = self.key_value(conditioning.memory).chunk(2, dim=-1)
        # (B, H, ., W/H)
        split = [
            t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in (self.query(self.norm(x)), key, value)
        ]
        found = attend(split[0], split[1], split[2], conditioning.memory_mask[:, None, None] > 0)
        return (x + self.out(found.transpose(1, 2).flatten(2))) * mask[..., None]


class VoiceEncoder(nn.Module):
    """A speaker embedding and a prompt to the conditioning of the network."""

    def __init__(self, config: StarlingConfig, n_mels: int):
        super().__init__()
        w = config.prompt_width
        self.first = nn.Conv1d(n_mels, w, 5, stride=2, padding=2)
        self.blocks = nn.ModuleList([ConvNeXtBlock(w, 7) for _ in range(3)])
        self.mix = nn.Sequential(
            nn.Linear(config.speaker_vector + 2 * w + 2 * n_mels + 2, 512),
            nn.GELU(),
            nn.Linear(512, config.voice),
        )
        self.quality = nn.Linear(1, config.voice, bias=False)
        nn.init.zeros_(self.quality.weight)
        self.memory = nn.LayerNorm(w)

    def forward(
        self, embedding: Tensor, prompt: Tensor, mask: Tensor, pitch: Tensor, quality: Tensor
    ) -> VoiceConditioning:
        """embedding (B, V); prompt (B, T, M) normalised; mask (B, T); pitch (B, T) hertz; quality (B,), NaN
        where not known.
        """
        level = prompt.mean(-1)
        top = level.masked_fill(mask == 0, -torch.inf).amax(1, keepdim=True)
        active = ((level > top - 2.5).float() * mask)[..., None]  # speech, not the pauses
        count = active.sum(1).clamp_min(1.0)
        base = (prompt * active).sum(1) / count
        spread = (((prompt - base[:, None]) ** 2 * active).sum(1) / count).sqrt()
        x = self.first((prompt * mask[..., None]).transpose(1, 2)).transpose(1, 2)
        half = mask[:, ::2]
        x = x * half[..., None]
        for block in self.blocks:
            x = block(x, half)
        size = half.sum(1, keepdim=True).clamp_min(1.0)
        pooled = x.sum(1) / size
        ranged = ((x - pooled[:, None]) ** 2 * half[..., None]).sum(1).div(size).clamp_min(1e-5).sqrt()
        voiced = (pitch > 0).float() * mask
        octaves = pitch.clamp_min(1.0).log2()
        count = voiced.sum(1).clamp_min(1.0)
        octave = torch.where(voiced.sum(1) > 0, (octaves * voiced).sum(1) / count, USUAL_OCTAVE)
        wobble = (((octaves - octave[:, None]) ** 2 * voiced).sum(1) / count).sqrt()
        known = torch.cat(
            [embedding * 16, pooled, ranged, base, spread, octave[:, None] - USUAL_OCTAVE, wobble[:, None]],
            -1,
        )
        asked = ((quality - MIDDLING) / 0.4).nan_to_num(0.0)[:, None]
        return VoiceConditioning(
            self.mix(known) + self.quality(asked), base, octave, self.memory(x) * half[..., None], half
        )


class Starling(MelNormalizer):
    """Text encoder, predictors, decoder; see `encode` to `decode` for training and `infer` for speaking."""

    harmonics: Tensor
    is_mark: Tensor

    embedding = ("hear.mix.2.bias",)  # added to every voice; an adapted network has only one

    def __init__(self, config: StarlingConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        self.hear = VoiceEncoder(c, mel.n_mels)
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        # Those of the languages add zero before training
        self.language = nn.Embedding(len(c.languages), c.width) if c.languages else None
        if self.language is not None:
            nn.init.zeros_(self.language.weight)
        self.encoder = nn.ModuleList(
            [ConvNeXtBlock(c.width, 7, condition=c.voice) for _ in range(c.encoder_blocks)]
        )
        self.duration = nn.ModuleList([ConvNeXtBlock(c.width, 5, 2, condition=c.voice) for _ in range(2)])
        self.duration_out = nn.Linear(c.width, 1)
        nn.init.constant_(self.duration_out.bias, 2.0)  # about six frames: where training would soon arrive
        frame = c.patch * (c.width + 3)
        self.pitch_in = nn.Linear(frame, c.pitch_width)
        self.pitch = nn.ModuleList(
            [ConvNeXtBlock(c.pitch_width, 9, 2, condition=c.voice) for _ in range(c.pitch_blocks)]
        )
        self.pitch_out = nn.Linear(c.pitch_width, 2 * c.patch)
        nn.init.zeros_(self.pitch_out.weight)
        self.decoder_in = nn.Linear(frame + (2 + c.noise + mel.n_mels) * c.patch, c.decoder_width)
        with torch.no_grad():
            self.decoder_in.weight[:, -mel.n_mels * c.patch :] = 0.0
        self.decoder = nn.ModuleList(
            [
                ConvNeXtBlock(c.decoder_width, 7, c.expansion, condition=c.voice)
                for _ in range(c.decoder_blocks)
            ]
        )
        self.looks = nn.ModuleDict(
            {
                str(i): PromptAttention(c.decoder_width, c.prompt_width, c.heads)
                for i in c.looks
                if i < c.decoder_blocks
            }
        )
        self.decoder_norm = nn.LayerNorm(c.decoder_width)
        self.decoder_out = Conv(c.decoder_width, c.patch * mel.n_mels, 3)
        # Of the harmonics' ripple, band by band
        self.depth = nn.Linear(c.decoder_width, c.patch * mel.n_mels)
        nn.init.zeros_(self.depth.weight)
        nn.init.zeros_(self.depth.bias)
        self.register_buffer("harmonics", harmonic_ripple(mel, RIPPLE_STEPS).clone(), persistent=False)
        self.register_buffer("is_mark", torch.tensor(phone_classes()) == 0)

    def reading(self, language: str) -> Reading:
        """How a sentence in a language is read."""
        return reading_of(self.config, language)

    def condition(
        self,
        embedding: Tensor,
        prompt: Tensor,
        prompt_lengths: Tensor,
        prompt_pitch: Tensor,
        quality: Tensor | None = None,
    ) -> VoiceConditioning:
        """The conditioning of a speaker embedding (B, V) and a prompt's log-mel (B, T, M) with its pitch (B,
        T) in hertz.

        quality (B,) is the predicted mean opinion score of what shall be made with it, 1 to 5; CLEAN if left
        out.
        """
        mask = length_mask(prompt_lengths, prompt.shape[1])
        quality = (
            torch.full((len(embedding),), CLEAN, device=embedding.device) if quality is None else quality
        )
        return self.hear(embedding, self.normalised(prompt, mask), mask, prompt_pitch, quality)

    def encode(
        self, symbols: Tensor, lengths: Tensor, voice: Tensor, language: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """States (B, S, D) of symbols (B, S), and the logarithm of one plus their predicted frames (B, S).

        voice (B, V) is that of a conditioning; zeros: nobody's, whose accent is the language's own. language
        (B,) is the place of each text's language among the config's, the first where left out.
        """
        mask = length_mask(lengths, symbols.shape[1])
        x = self.embed(symbols) * mask[..., None] * 4
        if self.language is not None:
            spoken = torch.zeros_like(lengths) if language is None else language
            x = x + self.language(spoken)[:, None] * mask[..., None] * 4
        for block in self.encoder:
            x = block(x, mask, voice)
        d = x.detach()
        for block in self.duration:
            d = block(d, mask, voice)
        return x, self.duration_out(d)[..., 0] * mask

    def spread_out(self, states: Tensor, durations: Tensor) -> tuple[Tensor, Tensor]:
        """Patches (B, P, patch * (D + 3)) of states repeated for their durations, with each frame's place in
        its symbol, and the frames (B,) of each clip.
        """
        lengths = durations.sum(1)
        size = -(-int(lengths.max()) // self.config.patch) * self.config.patch
        return self.placed(states, durations, symbol_of_frame(durations, size)), lengths

    def placed(self, states: Tensor, durations: Tensor, index: Tensor) -> Tensor:
        """The patches of `spread_out`, by the symbol (B, T) of each frame; T is a whole number of patches."""
        B, _, D = states.shape
        size = index.shape[1]
        where = place_in_symbol(durations, index)
        x = torch.cat([states.gather(1, index[..., None].expand(-1, -1, D)), where], -1)
        x = x * length_mask(durations.sum(1), size)[..., None]
        return x.reshape(B, size // self.config.patch, -1)

    def intone(self, patches: Tensor, mask: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        """The predicted pitch, in octaves above the voice's mean, and log-odds of voicing, (B, T) each."""
        x = self.pitch_in(patches) * mask[..., None]
        for block in self.pitch:
            x = block(x, mask, voice)
        out = self.pitch_out(x).reshape(len(x), -1, 2)
        return out[..., 0], out[..., 1]

    def sounds(self, patches: Tensor) -> Tensor:
        """The encoder's states (B, T, D) frame by frame, out of patches."""
        return patches.reshape(len(patches), -1, self.config.width + 3)[..., : self.config.width]

    def decode(
        self,
        patches: Tensor,
        mask: Tensor,
        octave: Tensor,
        voiced: Tensor,
        conditioning: VoiceConditioning,
        noise: Tensor | None = None,
    ) -> Tensor:
        """Normalised log-mel (B, T, M) from patches, pitch and voicing (octave, voiced: (B, T)), and noise
        (B, T, config.noise), zero if left out.
        """
        B, P, _ = patches.shape
        noise = (
            torch.zeros(B, P * self.config.patch, self.config.noise, device=patches.device)
            if noise is None
            else noise
        )
        melody = torch.stack([octave * voiced * 2, voiced], -1)
        ripple = self.ripple(octave + conditioning.octave[:, None], voiced)  # (B, T, M)
        frames = [part.reshape(B, P, -1) for part in (melody, noise, ripple)]
        x = self.decoder_in(torch.cat([patches, *frames], -1)) * mask[..., None]
        for i, block in enumerate(self.decoder):
            x = block(x, mask, conditioning.voice)
            if str(i) in self.looks:
                x = self.looks[str(i)](x, mask, conditioning)
        x = self.decoder_norm(x) * mask[..., None]
        made = (
            self.decoder_out(x).reshape(B, -1, self.mel.n_mels)
            + self.depth(x).reshape(B, -1, self.mel.n_mels) * ripple
        )
        return made + conditioning.base[:, None]

    def ripple(self, octave: Tensor, voiced: Tensor) -> Tensor:
        """The harmonics' ripple (B, T, M) at each frame's log2 pitch in hertz."""
        place = ((octave - math.log2(PITCH_FLOOR)) * RIPPLE_STEPS).clamp(0, len(self.harmonics) - 1.001)
        low = place.floor()
        return (
            torch.lerp(self.harmonics[low.long()], self.harmonics[low.long() + 1], (place - low)[..., None])
            * voiced[..., None]
        )

    def infer(
        self,
        symbols: Tensor,
        conditioning: VoiceConditioning,
        prosody: ProsodyControls,
        reading: Reading = PLAIN,
    ) -> AcousticOutput:
        """The mel, pitch and durations of one utterance: symbols (S,), a conditioning of batch one, controls
        in numpy, and how it is read.
        """
        from .speaking import (
            Register,
            inferred,
            predicted_lengths,
        )  # around the network: imported when one is there
        from .torch_execution import TorchStarling

        register = Register(float(conditioning.octave))
        network, ids = TorchStarling(self), symbols.cpu().numpy()
        lengths = predicted_lengths(network, ids, conditioning, reading)
        made = inferred(network, ids, conditioning, register, prosody, lengths)
        mel, hertz, durations = (torch.from_numpy(values).to(symbols.device) for values in made)
        return AcousticOutput(mel, hertz, durations)
