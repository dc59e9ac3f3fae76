"""starling's network run by PyTorch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .config import Reading
from .content import StarlingContent
from .network import Starling, VoiceConditioning


class TorchStarling:
    """A `Starling` as an `AcousticNetwork`: its states, patches and conditioning are tensors."""

    def __init__(self, network: Starling):
        self._network = network
        self.config = network.config
        self.mel = network.mel

    @torch.inference_mode()
    def condition(self, embedding: np.ndarray, prompt: np.ndarray, pitch: np.ndarray) -> VoiceConditioning:
        """The conditioning of a speaker embedding (V,) and a prompt's log-mel (T, M) with its pitch (T,)."""
        frames = torch.tensor([len(prompt)], device=self._device)
        return self._network.condition(
            self._tensor(embedding), self._tensor(prompt), frames, self._tensor(pitch)
        )

    @torch.inference_mode()
    def encode(
        self, symbols: np.ndarray, conditioning: VoiceConditioning, reading: Reading
    ) -> tuple[Tensor, np.ndarray]:
        """States (1, S, D) of symbols (S,), and the logarithm of one plus their predicted frames (S,)."""
        count = torch.tensor([len(symbols)], device=self._device)
        ids = torch.from_numpy(symbols)[None].to(self._device)
        voice = conditioning.voice * reading.accent
        language = torch.tensor([reading.language], device=self._device)
        states, log_durations = self._network.encode(ids, count, voice, language)
        return states, log_durations[0].cpu().numpy()

    @torch.inference_mode()
    def intone(
        self, states: Tensor, durations: np.ndarray, index: np.ndarray, conditioning: VoiceConditioning
    ) -> tuple[Tensor, np.ndarray, np.ndarray]:
        """Patches (1, P, ...) of states, the pitch in octaves and the log-odds of voicing, (T,) each."""
        whole, places = (torch.from_numpy(values)[None].to(self._device) for values in (durations, index))
        patches = self._network.placed(states, whole, places)
        mask = torch.ones(patches.shape[:2], device=self._device)
        octave, voicing = self._network.intone(patches, mask, conditioning.voice)
        return patches, octave[0].cpu().numpy(), voicing[0].cpu().numpy()

    @torch.inference_mode()
    def decode(
        self,
        patches: Tensor,
        octave: np.ndarray,
        voiced: np.ndarray,
        noise: np.ndarray,
        conditioning: VoiceConditioning,
    ) -> np.ndarray:
        """The log-mel (T, M) of patches, pitch and voicing (T,) and noise (T, config.noise)."""
        mask = torch.ones(patches.shape[:2], device=self._device)
        made = self._network.decode(
            patches, mask, self._tensor(octave), self._tensor(voiced), conditioning, self._tensor(noise)
        )
        return self._network.denormalised(made[0]).cpu().numpy()

    @property
    def _device(self) -> torch.device:
        return self._network.mean.device

    def _tensor(self, values: np.ndarray) -> Tensor:
        """Values (...) as a batch of one (1, ...) float32."""
        return torch.from_numpy(np.asarray(values, np.float32))[None].to(self._device)


class TorchContent:
    """A `StarlingContent` as a `ContentNetwork`."""

    def __init__(self, network: StarlingContent):
        self._network = network

    @torch.inference_mode()
    def patches(
        self, states: np.ndarray, mel: np.ndarray, mean: np.ndarray, conditioning: VoiceConditioning
    ) -> Tensor:
        """Patches (1, P, patch * (D + 3)) of an aligner's states (T, H), the log-mel (T, M) that they are of,
        and the mean (M,) of its recording.
        """
        device = self._network.cosines.device
        heard, sound, middle = (
            torch.from_numpy(np.asarray(values, np.float32))[None].to(device)
            for values in (states, mel, mean)
        )
        frames = torch.tensor([len(states)], device=device)
        made: Tensor = self._network(heard, sound, frames, conditioning.voice, middle)[0]
        return made
