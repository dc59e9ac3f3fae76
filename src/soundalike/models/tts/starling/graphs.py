"""The graphs that starling's network is exported as, cut where its lengths become whole numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from soundalike.core.graphs import GraphPlan

from .network import Starling, VoiceConditioning


class _Part(nn.Module):
    """A piece of the network's way from text to mel, for one utterance."""

    def __init__(self, network: Starling):
        super().__init__()
        self.network = network


class Condition(_Part):
    """A speaker embedding and a prompt to the conditioning."""

    def forward(self, embedding: Tensor, prompt: Tensor, pitch: Tensor) -> tuple[Tensor, ...]:
        """(1, V), (1, T, M) and (1, T) to voice, base, octave and memory."""
        lengths = torch.full((1,), 1, dtype=torch.int64) * prompt.shape[1]
        found = self.network.condition(embedding, prompt, lengths, pitch)
        return found.voice, found.base, found.octave, found.memory


class Encode(_Part):
    """Symbols to states and log durations."""

    def forward(
        self, symbols: Tensor, voice: Tensor, language: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """(1, S), (1, V) and (1,) to (1, S, D) and (1, S)."""
        lengths = torch.full((1,), 1, dtype=torch.int64) * symbols.shape[1]
        return self.network.encode(symbols, lengths, voice, language)


class Intone(_Part):
    """States and whole durations to patches and the pitch."""

    def forward(
        self, states: Tensor, durations: Tensor, index: Tensor, voice: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(1, S, D), (1, S), (1, T) and (1, V) to (1, P, ...), (1, T) and (1, T)."""
        patches = self.network.placed(states, durations, index)
        octave, voicing = self.network.intone(patches, torch.ones_like(patches[..., 0]), voice)
        return patches, octave, voicing


class Decode(_Part):
    """Patches, pitch and noise to the mel."""

    def forward(
        self,
        patches: Tensor,
        pitch: Tensor,
        voiced: Tensor,
        noise: Tensor,
        voice: Tensor,
        base: Tensor,
        octave: Tensor,
        memory: Tensor,
    ) -> Tensor:
        """(1, P, ...), (1, T), (1, T), (1, T, N) and the conditioning to (1, T, M)."""
        conditioning = VoiceConditioning(voice, base, octave, memory, torch.ones_like(memory[..., 0]))
        mask = torch.ones_like(patches[..., 0])
        made = self.network.decode(patches, mask, pitch, voiced, conditioning, noise)
        return self.network.denormalised(made)


def graphs_of(network: Starling) -> tuple[GraphPlan, ...]:
    """The graphs `condition`, `encode`, `intone` and `decode` of a network."""
    c = network.config
    bands = network.mel.n_mels
    symbols, prompt, patches = 7, 30, 12
    frames = patches * c.patch
    voice = torch.zeros(1, c.voice)
    states = torch.zeros(1, symbols, c.width)
    durations = torch.full((1, symbols), 3)
    index = torch.arange(frames)[None] // 4
    text = {"symbols": torch.ones(1, symbols, dtype=torch.int64), "voice": voice}
    if c.languages:
        text["language"] = torch.zeros(1, dtype=torch.int64)
    by_prompt = {"prompt": {1: "prompt"}, "prompt_pitch": {1: "prompt"}, "memory": {1: "memory"}}
    by_symbol = {name: {1: "symbols"} for name in ("symbols", "states", "log_durations", "durations")}
    of_frames = ("index", "pitch", "voicing", "voiced", "noise", "mel")
    free = {
        **by_prompt,
        **by_symbol,
        **{name: {1: "frames"} for name in of_frames},
        "patches": {1: "patches"},
    }
    plans = (
        (
            "condition",
            Condition(network),
            {
                "embedding": torch.ones(1, c.speaker_vector),
                "prompt": torch.randn(1, prompt, bands),
                "prompt_pitch": torch.full((1, prompt), 120.0),
            },
            ("voice", "base", "octave", "memory"),
        ),
        (
            "encode",
            Encode(network),
            text,
            ("states", "log_durations"),
        ),
        (
            "intone",
            Intone(network),
            {"states": states, "durations": durations, "index": index, "voice": voice},
            ("patches", "pitch", "voicing"),
        ),
        (
            "decode",
            Decode(network),
            {
                "patches": torch.zeros(1, patches, c.patch * (c.width + 3)),
                "pitch": torch.zeros(1, frames),
                "voiced": torch.ones(1, frames),
                "noise": torch.zeros(1, frames, c.noise),
                "voice": voice,
                "base": torch.zeros(1, bands),
                "octave": torch.full((1,), 7.0),
                "memory": torch.zeros(1, prompt // 2, c.prompt_width),
            },
            ("mel",),
        ),
    )
    made = []
    for name, module, inputs, outputs in plans:
        own = {key: axes for key, axes in free.items() if key in inputs or key in outputs}
        made.append(GraphPlan(name, module, inputs, outputs, own))
    return tuple(made)
