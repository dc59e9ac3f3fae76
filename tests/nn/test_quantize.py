"""Residual quantization on numbers that can be worked out by hand."""

from __future__ import annotations

import pytest
import torch

from soundalike.nn.quantize import CodebookUpdate, ResidualQuantizer, random_depth, straight_through


def quantizer(*books):
    """A quantizer whose codebooks hold these codes."""
    made = ResidualQuantizer(len(books), len(books[0]), len(books[0][0]))
    made.codebooks.copy_(torch.tensor(books))
    made.started.fill_(True)
    return made


@pytest.fixture
def two_levels():
    return quantizer(
        [[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]],
        [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
    )


ONE = torch.ones(1, 1)


def test_nearest_code_and_residual_sums(two_levels):
    x = torch.tensor([[[4.9, 0.2], [0.1, 5.2], [0.3, 0.1]]])
    made = two_levels(x, torch.ones(1, 3))
    assert made.codes.tolist() == [[[1, 1], [2, 2], [0, 0]]]
    torch.testing.assert_close(made.values, torch.tensor([[[5.0, 0.0], [0.0, 5.0], [0.0, 0.0]]]))
    torch.testing.assert_close(made.first, torch.tensor([[[4.0, 0.0], [0.0, 4.0], [0.0, 0.0]]]))
    torch.testing.assert_close(made.residuals[0], x)
    torch.testing.assert_close(made.residuals[1][0, 0], torch.tensor([0.9, 0.2]))
    torch.testing.assert_close(two_levels.decode(made.codes), made.values)
    torch.testing.assert_close(two_levels.decode(made.codes[..., :1]), made.first)


def test_every_level_comes_nearer_on_many_vectors():
    torch.manual_seed(0)
    x, mask = torch.randn(2, 100, 4), torch.ones(2, 100)
    made = ResidualQuantizer(4, 16, 4)
    made.start(x, mask)
    codes = made(x, mask).codes
    errors = [float(((made.decode(codes[..., :q]) - x) ** 2).mean()) for q in range(1, 5)]
    assert errors == sorted(errors, reverse=True) and errors[3] < 0.1 * errors[0]


def test_gradient_goes_straight_through(two_levels):
    x = torch.tensor([[[4.9, 0.2]]], requires_grad=True)
    made = two_levels(x, ONE)
    (made.values * torch.tensor([3.0, -2.0])).sum().backward()
    assert x.grad.tolist() == [[[3.0, -2.0]]]
    x.grad = None
    (two_levels(x, ONE).first * torch.tensor([0.0, 7.0])).sum().backward()
    assert x.grad.tolist() == [[[0.0, 7.0]]]
    assert straight_through(x, made.values).tolist() == made.values.tolist()


def test_commitment_has_a_gradient_at_every_level(two_levels):
    """Where the input of a level is detached, all levels but the first pull at nothing."""
    x = torch.tensor([[[4.9, 0.2]]], requires_grad=True)
    made = two_levels(x, ONE)
    made.commitment.backward()
    # Level 1: (0.9, 0.2) from its code; level 2: (-0.1, 0.2); a mean over two levels and two numbers
    expected = torch.tensor([0.9 - 0.1, 0.2 + 0.2]) * 2 / 4
    torch.testing.assert_close(x.grad[0, 0], expected)
    torch.testing.assert_close(made.commitment, torch.tensor((0.81 + 0.04 + 0.01 + 0.04) / 4))
    assert not two_levels.codebooks.requires_grad


def test_padding_is_no_code_and_changes_nothing(two_levels):
    x = torch.tensor([[[4.9, 0.2], [0.1, 5.2]]])
    made = two_levels(x, torch.tensor([[1.0, 0.0]]))
    alone = two_levels(x[:, :1], ONE)
    assert made.codes[0, 1].tolist() == [0, 0] and not made.values[0, 1].any()
    assert torch.equal(made.commitment, alone.commitment)


def test_fewer_levels_leave_the_others_out(two_levels):
    x = torch.tensor([[[4.9, 0.2]], [[4.9, 0.2]]])
    made = two_levels(x, torch.ones(2, 1), torch.tensor([1, 2]))
    assert made.values[:, 0].tolist() == [[4.0, 0.0], [5.0, 0.0]]
    # The second level's distance counts in the second clip alone: .025 either way
    torch.testing.assert_close(made.commitment, torch.tensor((0.85 / 2 + 0.05 / 2) / 2))


def test_depths_are_drawn_for_a_share_of_the_clips():
    torch.manual_seed(0)
    depth = random_depth(4000, 8, 0.5, torch.device("cpu"))
    assert depth.min() == 1 and depth.max() == 8
    assert abs(float((depth == 8).float().mean()) - (0.5 + 0.5 / 8)) < 0.03
    assert (random_depth(100, 8, 0.0, torch.device("cpu")) == 8).all()


def test_codes_follow_the_mean_of_what_chooses_them():
    made = quantizer([[0.0], [10.0]])
    made.counts.fill_(2.0)
    x = torch.tensor([[[1.0], [3.0], [11.0], [99.0]]])
    mask = torch.tensor([[1.0, 1.0, 1.0, 0.0]])
    made.update(made(x, mask), mask, CodebookUpdate(decay=0.5, restart=0.0))
    # Old members and new ones by half: two at 0 with those at 1 and 3, two at 10 with one at 11
    torch.testing.assert_close(made.codebooks[0], torch.tensor([[2.0 / 2], [(10 + 5.5) / 1.5]]))
    torch.testing.assert_close(made.counts, torch.tensor([[2.0, 1.5]]))


def test_a_code_that_nothing_chooses_begins_again_at_a_vector():
    torch.manual_seed(0)
    made = quantizer([[0.0, 0.0], [1.0, 1.0], [50.0, 50.0]])
    made.counts.copy_(torch.tensor([[2.0, 2.0, 0.001]]))
    x = torch.tensor([[[0.1, 0.0], [0.9, 1.0], [0.2, 0.1], [1.1, 1.2]]])
    mask = torch.ones(1, 4)
    made.update(made(x, mask), mask, CodebookUpdate(decay=0.9, restart=0.1))
    assert made.codebooks[0, 2].tolist() in [pytest.approx(row) for row in x[0].tolist()]
    assert made.counts[0, 2] == pytest.approx(4 / 3, rel=1e-3), (
        "it is given the mean use, so that it has time to be chosen"
    )
    assert made.perplexity[0] > 2.5


def test_it_starts_by_k_means_with_all_codes_in_use():
    torch.manual_seed(0)
    x = torch.randn(1, 400, 3) * 5
    made = ResidualQuantizer(2, 16, 3)
    assert not made.started
    made.start(x, torch.ones(1, 400))
    assert bool(made.started) and (made.perplexity > 10).all()
    few = ResidualQuantizer(2, 16, 3)
    few.start(x[:, :5], torch.ones(1, 5))
    torch.testing.assert_close(few(x[:, :5], torch.ones(1, 5)).values, x[:, :5])
