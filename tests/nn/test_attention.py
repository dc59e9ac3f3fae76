"""Attention: what may be seen, and the precision it is computed in."""

from __future__ import annotations

import pytest
import torch

from soundalike.nn.attention import attend


def parts_of(dtype=torch.float32):
    torch.manual_seed(0)
    return [torch.randn(2, 2, size, 4, dtype=dtype).requires_grad_() for size in (3, 5, 5)]


def test_a_query_finds_the_mean_of_the_values_weighed_by_likeness():
    query, key, value = parts_of()
    weights = (query @ key.transpose(2, 3) / 2.0).softmax(-1)
    torch.testing.assert_close(attend(query, key, value), weights @ value)
    allowed = torch.zeros(1, 1, 3, 5, dtype=torch.bool)
    allowed[..., 1] = True
    torch.testing.assert_close(
        attend(query, key, value, allowed), value[:, :, 1:2].expand(-1, -1, 3, -1), msg="one place is allowed"
    )


def test_nothing_later_is_seen_where_it_is_causal():
    query, _, _ = parts_of()
    other = query.detach().clone()
    other[:, :, 2] += 1.0
    found, again = (attend(x, x, x, causal=True) for x in (query, other))
    assert torch.equal(found[:, :, :2], again[:, :, :2]) and not torch.equal(found[:, :, 2], again[:, :, 2])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_mixed_precision_leaves_it_in_floats_on_a_cpu(dtype):
    parts = parts_of(dtype)
    plain = [part.detach().float().requires_grad_() for part in parts]
    attend(*plain).sum().backward()
    with torch.autocast("cpu", torch.bfloat16):
        found = attend(*parts)
        assert found.dtype == torch.float32 and torch.equal(found, attend(*plain))
    found.sum().backward()
    for part, expected in zip(parts, plain):
        torch.testing.assert_close(part.grad, expected.grad.to(dtype))
