"""Text and a reference to log-mel frames by convolutions and recurrence, regressed in one pass.

    symbols -> convolutions -> BiLSTM -> (B, S, D) -> length regulator -> (B, T, D) -----+
                                            |                                             concatenate ->
                                            convolutions -> mel; pitch
    mel of the reference -> convolutions -> mean over time -> with the speaker embedding -+

Durations are predicted from the text's states and the voice; those of the aligner are the target. A small
model does not learn attention from little data. The pitch beside the mel is for vocoders that take one: a
regressed mel is too smooth to read it from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import PITCH_CEILING, PITCH_FLOOR
from soundalike.core.types import AcousticOutput, ProsodyControls
from soundalike.nn.conv import Conv, ConvBlock
from soundalike.nn.length_regulator import natural, regulate, symbol_of_frame, whole
from soundalike.nn.masks import length_mask, mean_octave
from soundalike.nn.normalizer import MelNormalizer
from soundalike.text.alphabet import SYMBOLS, phone_classes


@dataclass(frozen=True)
class ConvRNNConfig:
    """Sizes of the network."""

    width: int = 256  # of the text's states; half of it each way
    text_convs: int = 3
    text_kernel: int = 5
    reference_width: int = 128
    reference_convs: int = 3
    decoder_width: int = 256
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4, 8)  # of the decoder's convolutions
    kernel: int = 3
    speaker_vector: int = 256


class ReferenceEncoder(nn.Module):
    """Features of a reference: normalised log-mel (B, T, M) to their mean over time (B, D)."""

    def __init__(self, config: ConvRNNConfig, n_mels: int):
        super().__init__()
        self.first = Conv(n_mels, config.reference_width, 5)
        self.blocks = nn.ModuleList(
            [ConvBlock(config.reference_width, 5) for _ in range(config.reference_convs)]
        )

    def forward(self, mel: Tensor, mask: Tensor) -> Tensor:
        """The mean over time (B, D) of the features of a mel (B, T, M) with a mask (B, T)."""
        x = self.first(mel) * mask[..., None]
        for block in self.blocks:
            x = block(x, mask)
        return x.sum(1) / mask.sum(1, keepdim=True).clamp_min(1.0)


class ConvRNN(MelNormalizer):
    """Text encoder, reference encoder, decoder; its objective runs them in training, `infer` to speak."""

    is_mark: Tensor

    def __init__(self, config: ConvRNNConfig, mel: MelSpec):
        super().__init__(mel.n_mels)
        c = config
        self.config = config
        self.mel = mel
        self.embed = nn.Embedding(len(SYMBOLS) + 1, c.width, padding_idx=0)
        self.text_convs = nn.ModuleList([ConvBlock(c.width, c.text_kernel) for _ in range(c.text_convs)])
        self.recurrence = nn.LSTM(c.width, c.width // 2, batch_first=True, bidirectional=True)
        self.reference = ReferenceEncoder(c, mel.n_mels)
        voice = c.reference_width + c.speaker_vector
        hidden = nn.Linear(c.width + voice, c.width)
        out = nn.Linear(c.width, 1)
        nn.init.constant_(out.bias, 2.0)  # about six frames: where training would soon arrive
        self.duration = nn.Sequential(hidden, nn.GELU(), out)
        self.join = nn.Linear(c.width + 2 + voice, c.decoder_width)
        self.decoder = nn.ModuleList(
            [ConvBlock(c.decoder_width, c.kernel, dilation) for dilation in c.dilations]
        )
        self.out = nn.Linear(c.decoder_width, mel.n_mels)
        self.pitch = nn.Linear(c.decoder_width, 2)
        self.register_buffer("is_mark", torch.tensor(phone_classes()) == 0)

    def condition(self, embedding: Tensor, prompt: Tensor, prompt_lengths: Tensor) -> Tensor:
        """The conditioning (B, C) of a speaker embedding (B, V) and the log-mel (B, T, M) of a reference."""
        mask = length_mask(prompt_lengths, prompt.shape[1])
        return torch.cat(
            [self.reference(self.normalised(prompt, mask), mask), embedding * embedding.shape[1] ** 0.5], -1
        )

    def encode(self, symbols: Tensor, lengths: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        """States (B, S, D) of symbols (B, S), and the logarithm of one plus their frames (B, S)."""
        mask = length_mask(lengths, symbols.shape[1])
        x = self.embed(symbols) * mask[..., None]
        for block in self.text_convs:
            x = block(x, mask)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        x, _ = nn.utils.rnn.pad_packed_sequence(
            self.recurrence(packed)[0], batch_first=True, total_length=symbols.shape[1]
        )
        spread = voice[:, None].expand(-1, x.shape[1], -1)
        return x, self.duration(torch.cat([x.detach(), spread], -1))[..., 0] * mask

    def decode(
        self, states: Tensor, durations: Tensor, voice: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Of states (B, S, D) that last whole durations (B, S): normalised log-mel (B, T, M), octaves above
        the voice's mean and voicing, 0 to 1 (B, T each), and each clip's frames (B,).
        """
        x, lengths = regulate(states, durations)
        mask = length_mask(lengths, x.shape[1])
        index = symbol_of_frame(durations, x.shape[1])
        frame = torch.arange(x.shape[1], device=x.device)
        gone = frame - (durations.cumsum(1) - durations).gather(1, index)
        lasts = durations.gather(1, index).clamp_min(1)
        # How far into its symbol a frame is, and how long that lasts
        place = torch.stack([gone / lasts, lasts.float().log() / 3], -1)
        x = self.join(torch.cat([x, place, voice[:, None].expand(-1, x.shape[1], -1)], -1)) * mask[..., None]
        for block in self.decoder:
            x = block(x, mask)
        octave, voicing = self.pitch(x).unbind(-1)
        return self.out(x) * mask[..., None], octave * mask, voicing * mask, lengths

    @torch.inference_mode()
    def lengths(self, symbols: Tensor, voice: Tensor) -> tuple[Tensor, Tensor]:
        """States (1, S, D) of an utterance, symbols (S,), and the predicted frames (S,) of each, not
        rounded.
        """
        states, log_durations = self.encode(
            symbols[None], torch.tensor([len(symbols)], device=symbols.device), voice
        )
        return states, natural(log_durations[0], self.is_mark[symbols])

    @torch.inference_mode()
    def infer(
        self, symbols: Tensor, voice: Tensor, prompt_pitch: Tensor, prosody: ProsodyControls
    ) -> AcousticOutput:
        """The mel and pitch of one utterance: symbols (S,), the conditioning (1, C) of a voice and its pitch
        (1, T') in hertz.
        """
        states, exact = self.lengths(symbols, voice)
        durations = whole(exact / prosody.tempo, ~self.is_mark[symbols], prosody.frames)
        mel, octave, voicing, _ = self.decode(states, durations[None], voice)
        octave = (octave + mean_octave(prompt_pitch)[:, None]).clamp(
            math.log2(PITCH_FLOOR), math.log2(PITCH_CEILING)
        )
        pitch = 2.0**octave * (voicing > 0.5)
        return AcousticOutput(self.denormalised(mel[0]).clamp_min(self.mel.silence), pitch[0], durations)
