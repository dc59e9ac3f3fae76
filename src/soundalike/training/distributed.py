"""Training in several processes, through accelerate: which batches each takes, and how their gradients are
summed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from soundalike.checkpoints.bundle import pick_device
from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command


@dataclass(frozen=True)
class ProcessGroup:
    """The processes of a run, seen from one of them."""

    device: torch.device
    share: range  # which of a step's batches are this process's
    rank: int = 0
    size: int = 1
    accelerator: Any = None

    @property
    def first(self) -> bool:
        """Whether this one saves and logs."""
        return self.rank == 0

    def add_up(self, gradients: list[Tensor]) -> None:
        """Replace every gradient by the sum over the processes."""
        if self.accelerator and gradients:
            whole = self.accelerator.reduce(
                torch.cat([gradient.reshape(-1) for gradient in gradients]), "sum"
            )
            for gradient, part in zip(gradients, whole.split([gradient.numel() for gradient in gradients])):
                gradient.copy_(part.reshape(gradient.shape))

    def agree(self, network: nn.Module) -> None:
        """Give the buffers that a network keeps of its data their mean over the processes."""
        buffers = (
            [buffer for buffer in network.buffers() if buffer.is_floating_point()] if self.accelerator else []
        )
        if buffers:
            whole = self.accelerator.reduce(torch.cat([buffer.reshape(-1) for buffer in buffers]), "mean")
            for buffer, part in zip(buffers, whole.split([buffer.numel() for buffer in buffers])):
                buffer.copy_(part.reshape(buffer.shape))

    def sums(self, values: dict[str, float]) -> dict[str, float]:
        """Every value's sum over the processes."""
        if not self.accelerator:
            return values
        whole = self.accelerator.reduce(torch.tensor(list(values.values()), device=self.device), "sum")
        return dict(zip(values, whole.tolist()))

    def any(self, value: bool) -> bool:
        """Whether a condition holds in one of them, so that all stop after the same step."""
        return self.sums({"any": float(value)})["any"] > 0

    def close(self) -> None:
        """Wait for the others, and leave."""
        if self.accelerator:
            self.accelerator.wait_for_everyone()
            self.accelerator.end_training()


def open_processes(batches: int, device: str) -> ProcessGroup:
    """The processes that `torchrun` started, or this one alone; each step has so many `batches` to share.

    Raises ConfigError where they cannot be shared evenly, accelerate is not installed, or the device is not
    there.
    """
    if batches < 1:
        raise ConfigError(f"train.accumulate = {batches}: give 1 or more.")
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return ProcessGroup(torch.device(pick_device(device)), range(batches))
    if batches % size:
        raise ConfigError(
            f"train.accumulate = {batches} batches cannot be shared by {size} processes. "
            f"Give a multiple of {size}."
        )
    try:
        from accelerate import Accelerator
    except ImportError:
        raise ConfigError(
            f"training in several processes needs accelerate: {install_command('scale')}"
        ) from None
    accelerator = Accelerator(cpu=device == "cpu")
    each = batches // size
    rank = accelerator.process_index
    return ProcessGroup(accelerator.device, range(rank * each, (rank + 1) * each), rank, size, accelerator)
