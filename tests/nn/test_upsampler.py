"""The upsampler of HiFi-GAN: numbers that can be worked out by hand, where frames lie, what is refused."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from soundalike.core.errors import ConfigError
from soundalike.nn.upsampler import ResidualBlock, Stage, Upsampler, UpsamplerSizes

SMALL = UpsamplerSizes(channels=8, rates=(4, 2), kernels=(8, 4), block_kernels=(3,), dilations=(1, 3))


def constant(network: nn.Module, weight: float) -> nn.Module:
    """The network with one weight everywhere, and no biases."""
    with torch.no_grad():
        for name, value in network.named_parameters():
            value.fill_(0.0 if name.endswith("bias") else weight)
    return network


def test_a_residual_block_by_hand():
    block = constant(ResidualBlock(1, 3, (2,)), 1.0)
    x = torch.tensor([[[1.0, -10.0, 2.0, 0.0, 0.0]]])
    # The rectifier makes 1, -1, 2, 0, 0; sums of three places two apart: 3, -1, 3, -1, 2;
    # rectified 3, -.1, 3, -.1, 2; sums of three neighbours: 2.9, 5.9, 2.8, 4.9, 1.9; and what came in
    expected = torch.tensor([[[3.9, -4.1, 4.8, 4.9, 1.9]]])
    torch.testing.assert_close(block(x), expected)


def test_a_stage_by_hand():
    sizes = UpsamplerSizes(channels=2, rates=(2,), kernels=(4,), block_kernels=(1, 1), dilations=(1,))
    stage = constant(Stage(sizes, 0, source=0), 0.0)
    with torch.no_grad():
        stage.up.weight[0, 0] = torch.tensor([1.0, 2.0, 3.0, 4.0])
        stage.blocks[1].dilated[0].weight.fill_(1.0)
        stage.blocks[1].plain[0].weight.fill_(2.0)
    x = torch.tensor([[[1.0, -10.0], [0.0, 0.0]]])
    # Frames 1 and -1 spread over four places each, two apart, one cut at either end: 2, 3 - 1, 4 - 2, -3.
    # The first block adds nothing to 2, 2, 2, -3; the second twice the rectified: 6, 6, 6, -3.06; the mean
    expected = torch.tensor([[[4.0, 4.0, 4.0, -3.03]]])
    torch.testing.assert_close(stage(x, None, None), expected)


@pytest.mark.parametrize("rates, kernels", [((4, 2), (8, 4)), ((5, 3), (11, 9)), ((2, 2, 2), (4, 4, 4))])
def test_frames_give_the_samples_between_their_middles(rates, kernels):
    sizes = dataclasses.replace(SMALL, channels=16, rates=rates, kernels=kernels)
    torch.manual_seed(0)
    network = Upsampler(3, sizes, source=2)
    hop = sizes.hop_length
    for frames in (1, 2, 9):
        source = torch.randn(1, 2, (frames - 1) * hop)
        assert network(torch.randn(1, frames, 3), source=source).shape == (1, (frames - 1) * hop)


@pytest.mark.parametrize("rates, kernels", [((4, 2), (8, 4)), ((8, 8, 2, 2), (16, 16, 4, 4))])
def test_a_frame_sounds_around_its_own_sample(rates, kernels):
    """What changes with one frame is centred on it, but for the half sample of an even hop."""
    sizes = dataclasses.replace(SMALL, channels=16, rates=rates, kernels=kernels)
    network = constant(Upsampler(1, sizes), 1e-2)
    hop = sizes.hop_length
    frames = torch.ones(1, 21, 1)
    louder = frames.clone()
    louder[0, 10] = 2.0
    with torch.no_grad():
        change = (network(louder) - network(frames))[0].double().abs()
    centre = float((change * torch.arange(len(change))).sum() / change.sum())
    assert centre == pytest.approx(10 * hop - 0.5, abs=0.02)


def test_a_source_is_heard_where_it_sounds():
    torch.manual_seed(0)
    network = Upsampler(1, dataclasses.replace(SMALL, channels=16), source=1)
    for module in network.modules():
        if isinstance(module, (nn.Conv1d, nn.ConvTranspose1d)):
            nn.init.constant_(module.weight, 0.05)
    frames = torch.zeros(1, 40, 1)
    silent = torch.zeros(1, 1, 39 * 8)
    click = silent.clone()
    click[0, 0, 150] = 1.0
    with torch.no_grad():
        change = (network(frames, source=click) - network(frames, source=silent))[0].double().abs()
    centre = float((change * torch.arange(len(change))).sum() / change.sum())
    assert centre == pytest.approx(150, abs=2)


def test_a_condition_changes_the_sound_and_padding_does_not():
    torch.manual_seed(0)
    network = Upsampler(3, SMALL, condition=5, source=1)
    for module in network.modules():
        if isinstance(module, (nn.Conv1d, nn.ConvTranspose1d)):
            nn.init.normal_(module.weight, std=0.3)
    x = torch.randn(2, 12, 3)
    voice = torch.randn(2, 5)
    source = torch.randn(2, 1, 11 * 8)
    mask = (torch.arange(12) < torch.tensor([[12], [7]])).float()
    source[1, :, 6 * 8 :] = 0.0
    with torch.no_grad():
        together = network(x, mask, voice, source)
        alone = network(x[1:, :7], None, voice[1:], source[1:, :, : 6 * 8])
        other = network(x[1:, :7], None, voice[:1], source[1:, :, : 6 * 8])
    torch.testing.assert_close(together[1, : 6 * 8], alone[0])
    assert not torch.allclose(alone, other, atol=1e-3)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"kernels": (8,)}, "give both for each stage"),
        ({"kernels": (8, 3)}, "3 does not go with a rate of 2.*such as 4"),
        ({"kernels": (2, 4)}, "2 does not go with a rate of 4"),
        ({"channels": 6}, "cannot be halved 2 times. Give a multiple of 4"),
        ({"block_kernels": (4,)}, r"block_kernels: \[4\]: give odd numbers"),
    ],
)
def test_sizes_that_make_no_network_are_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        Upsampler(3, dataclasses.replace(SMALL, **changes))
