"""A function that computes gradients, as operators that the ONNX exporter knows.

PyTorch's tracer writes down what autograd does in plain operators; those without a counterpart in ONNX are
put in terms of others: the gradients of convolutions are convolutions and products again. All sizes are those
of the examples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, fx
from torch.nn import functional as F

ATEN = torch.ops.aten
Function = Callable[..., Sequence[Tensor]]


def gradient_operators(function: Function, examples: Sequence[Tensor]) -> fx.GraphModule:
    """The operators of a function of tensors that calls autograd, its outputs without gradients."""
    from torch._decomp import core_aten_decompositions
    from torch.fx.experimental.proxy_tensor import make_fx
    from torch.nn.attention import SDPBackend, sdpa_kernel

    table = {**core_aten_decompositions(), ATEN.convolution_backward.default: convolution_backward}
    with sdpa_kernel(SDPBackend.MATH), torch.inference_mode(False):
        own = [tensor.clone() for tensor in examples]  # those of inference mode cannot be differentiated
        operators = make_fx(function, decomposition_table=table)(*own)
    operators.graph.eliminate_dead_code()
    operators.recompile()
    return operators


class Replay(fx.Interpreter):
    """Runs such operators by functions that `torch.onnx.export` can write."""

    def call_function(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One operator."""
        return REPLAYED.get(target, target)(*args, **kwargs)


def convolution_backward(
    gradient: Tensor, x: Tensor, weight: Tensor, bias: Any, *how: Any
) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """The gradients of a convolution's input, weight and bias, as far as wanted. Raises ValueError
    for a transposed one, and for the weight of one in groups or over pictures. `how` is what PyTorch's own
    has after the bias: stride, padding, dilation, whether transposed, output padding, groups, which of the
    three are wanted.
    """
    stride, padding, dilation, transposed, _, groups, wanted = how
    if transposed:
        raise ValueError("the gradient of a transposed convolution cannot be exported.")
    axes = range(2, x.dim())
    of_input = of_weight = of_bias = None
    if wanted[0] and all(one == 1 for one in stride):
        turned = weight.flip(list(axes))
        if groups == 1:
            turned = turned.transpose(0, 1)
        elif weight.shape[1] != 1 or len(weight) != groups:
            raise ValueError("groups of more than one channel cannot be exported.")
        pads = [d * (k - 1) - p for d, k, p in zip(dilation, weight.shape[2:], padding)]
        of_input = ATEN.convolution(
            gradient, turned, None, stride, pads, dilation, False, [0] * len(pads), groups
        )
    elif wanted[0]:
        more = [
            x.shape[a]
            - ((gradient.shape[a] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (weight.shape[a] - 1) + 1)
            for i, a in enumerate(axes)
        ]
        of_input = ATEN.convolution(gradient, weight, None, stride, padding, dilation, True, more, groups)
    if wanted[1]:
        if x.dim() != 3 or groups != 1:
            raise ValueError("the gradient of this convolution's weight cannot be exported.")
        of_weight = _weight_gradient(gradient, x, weight.shape[2], stride[0], padding[0], dilation[0])
    if wanted[2]:
        of_bias = gradient.sum([0, *axes])
    return of_input, of_weight, of_bias


def _weight_gradient(
    gradient: Tensor, x: Tensor, kernel: int, stride: int, padding: int, dilation: int
) -> Tensor:
    """(O, I, K) of a gradient (B, O, T') and an input (B, I, T): a product for each place of the kernel."""
    padded = F.pad(x, (padding, padding))
    reach = (gradient.shape[2] - 1) * stride + 1
    rows = gradient.transpose(0, 1).flatten(1)
    places = []
    for i in range(kernel):
        seen = padded[:, :, i * dilation : i * dilation + reach : stride]
        places.append(rows @ seen.transpose(0, 1).flatten(1).t())
    return torch.stack(places, -1)


def _same(x: Tensor, **_: Any) -> Tensor:
    return x


def _cast(x: Tensor, dtype: torch.dtype | None = None, **_: Any) -> Tensor:
    return x if dtype is None else x.to(dtype)


def _sum(x: Tensor, axes: Sequence[int], keepdim: bool = False) -> Tensor:
    return x.sum(list(axes), keepdim=keepdim) if len(axes) else x.sum()


def _squeezed(x: Tensor, axes: Sequence[int]) -> Tensor:
    dropped = {axis % x.dim() for axis in axes}
    return x.reshape([size for axis, size in enumerate(x.shape) if axis not in dropped])


def _number(value: Any, dtype: torch.dtype | None = None, **_: Any) -> Tensor:
    return torch.tensor(value, dtype=dtype)


def _full(size: Sequence[int], value: Any, dtype: torch.dtype | None = None, **_: Any) -> Tensor:
    return torch.tensor(value, dtype=dtype).expand(size)


def _full_like(x: Tensor, value: Any, dtype: torch.dtype | None = None, **_: Any) -> Tensor:
    return _full(x.shape, value, dtype or x.dtype)


REPLAYED: Mapping[Any, Callable[..., Any]] = {
    ATEN.alias.default: _same,
    ATEN.clone.default: _same,
    ATEN.detach.default: _same,
    ATEN._to_copy.default: _cast,
    ATEN.sum.dim_IntList: _sum,
    ATEN.squeeze.dims: _squeezed,
    ATEN.scalar_tensor.default: _number,
    ATEN.full.default: _full,
    ATEN.full_like.default: _full_like,
    ATEN.view.default: lambda x, size: x.reshape(size),
    ATEN._softmax.default: lambda x, axis, half: x.softmax(axis),
}
