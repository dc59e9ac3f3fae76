"""How much faster cached decoding is than computing all steps anew at every step: Deep Voice 3.

usage: python benchmarks/cached_decoding.py [--size paper] [--seconds 4] [--symbols 60] [--repeat 3]

Prints one JSON object: processor seconds of each way for a sentence of so many seconds of speech, by a
network with random weights on one thread (weights change neither way), and how far apart their frames are.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import torch
from torch import Tensor

from soundalike.core import registry
from soundalike.models.tts.deepvoice3.network import DeepVoice3, Memory
from soundalike.models.tts.deepvoice3.objective import delayed, stepped
from soundalike.nn.monotonic_attention import MonotonicPath, Walk
from soundalike.training.recipe import read_recipe

RECIPE = Path(__file__).resolve().parent.parent / "recipes" / "deepvoice3.toml"


def cached(network: DeepVoice3, memory: Memory, steps: int) -> tuple[Tensor, Tensor, list[int]]:
    """Frames (1, K r, M) and contexts (1, K, D) of so many steps, and the symbol of each."""
    state = network.begin(memory)
    biases = network.biases(memory)
    paths: list[MonotonicPath] = [Walk() for _ in network.attentions]
    frames = []
    contexts = []
    places = []
    for _ in range(steps):
        made, state = network.step(memory, biases, state, paths)
        frames.append(made.frames)
        contexts.append(made.contexts)
        places.append(paths[-1].place)
    return torch.cat(frames, 1), torch.cat(contexts, 1), places


def recomputed(network: DeepVoice3, memory: Memory, places: list[int]) -> Tensor:
    """Frames (1, K r, M) by the parallel pass over all steps so far, once for each step."""
    r = network.config.reduction
    size = memory.values.shape[1]
    shown = torch.eye(size)[places][None]
    frames = torch.zeros(1, 0, network.mel.n_mels)
    contexts = delayed(shown @ memory.values)
    for step in range(1, len(places) + 1):
        before = delayed(stepped(torch.cat([frames, torch.zeros(1, r, network.mel.n_mels)], 1), r))
        made = network.decode(memory, before, contexts[:, :step], torch.ones(1, step, size), shown[:, :step])
        frames = torch.cat([frames, made.frames[:, -r:]], 1)
    return frames


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="", choices=("", "tiny", "paper"))
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--symbols", type=int, default=60)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    recipe = read_recipe(str(RECIPE), given.size)
    network = registry.part("deepvoice3").build(recipe.network, recipe.mel).eval()
    symbols = torch.randint(1, 30, (1, given.symbols))
    steps = round(given.seconds * recipe.mel.frames_per_second / recipe.network.reduction)
    fast = []
    slow = []
    with torch.inference_mode():
        memory = network.remember(symbols, torch.tensor([given.symbols]), torch.randn(1, 256) / 16)
        for _ in range(given.repeat):
            began = time.process_time()
            frames, _, places = cached(network, memory, steps)
            between = time.process_time()
            again = recomputed(network, memory, places)
            fast.append(between - began)
            slow.append(time.process_time() - between)
    print(
        json.dumps(
            {
                "size": given.size or "small",
                "steps": steps,
                "cached": round(min(fast), 4),
                "recomputed": round(min(slow), 4),
                "times_faster": round(min(slow) / min(fast), 1),
                "apart": float((frames - again).abs().max()),
            }
        )
    )


if __name__ == "__main__":
    main()
