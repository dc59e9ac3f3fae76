"""The relative transformer: distances count up to its reach, absolute places and padding do not."""

from __future__ import annotations

import math

import torch

from soundalike.nn.transformer import RelativeAttention, TransformerBlock


def test_attention_by_hand():
    """One head of width 1 whose keys say nothing: weights come from distances alone."""
    attention = RelativeAttention(1, 1, 1)
    with torch.no_grad():
        attention.enter.weight.copy_(torch.tensor([[0.0], [0.0], [1.0]]))  # query, key, value
        attention.enter.bias.copy_(torch.tensor([1.0, 0.0, 0.0]))
        attention.key_of_distance.copy_(torch.tensor([[0.0], [0.0], [math.log(3)]]))  # before, at, after
        attention.value_of_distance.copy_(torch.tensor([[0.0], [0.0], [10.0]]))
        attention.out.weight.fill_(1.0)
        attention.out.bias.zero_()
        made = attention(torch.tensor([[[1.0], [2.0], [4.0]]]), torch.ones(1, 3))[0, :, 0]
    # The next symbol weighs three times as much as any other, and brings ten
    expected = [(1 + 3 * 2 + 4 + 3 * 10) / 5, (1 + 2 + 3 * 4 + 3 * 10) / 5, (1 + 2 + 4) / 3]
    torch.testing.assert_close(made, torch.tensor(expected))


def test_padding_changes_nothing():
    torch.manual_seed(0)
    block = TransformerBlock(8, 16, 2, 3, 2, 0.0).eval()
    x = torch.randn(1, 6, 8)
    mask = torch.tensor([[1.0, 1, 1, 1, 0, 0]])
    with torch.no_grad():
        long = block(x * mask[..., None], mask)
        torch.testing.assert_close(long[:, :4], block(x[:, :4], mask[:, :4]))
    assert not long[:, 4:].any()
