"""Layers of which gates take a part: the first channels, the middle of kernels.

Their parameters are named as those of the layers of torch.nn, and are those of the largest case.
`source` says where the channels of the input stand, `target` names the number of channels of the
output, `kernels` the size of the kernel; each is empty if it is fixed. `cut` gives the state of the
layer of a child.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .gates import Gates, Source
from .interpolate import interpolated
from .transforms import smaller

if TYPE_CHECKING:  # the mixins below are of layers
    _ConvLayer = nn.modules.conv._ConvNd
    _NormLayer = nn.modules.batchnorm._BatchNorm
else:
    _ConvLayer = _NormLayer = object

State = dict[str, Tensor]


@runtime_checkable
class Elastic(Protocol):
    """What all of these layers are."""

    def cut(self, gates: Gates, source: Any, target: Any, kernels: Any) -> State: ...


def _spread(kernel: Any, dimensions: int) -> tuple[int, ...]:
    return tuple(kernel) if isinstance(kernel, tuple) else (kernel,) * dimensions


def _middle(largest: Sequence[int], kernel: Any) -> tuple[slice, ...]:
    sizes = _spread(kernel, len(largest))
    return tuple(slice((n - k) // 2, (n - k) // 2 + k) for n, k in zip(largest, sizes, strict=True))


def _masked(x: Tensor, gates: Gates, source: Source, axis: int) -> Tensor:
    """The input with every channel multiplied by its weight, or its widths interpolated."""
    if source and gates.interpolate:
        return interpolated(x, gates, source, axis)
    mask = gates.mask(source, x) if source else None
    if mask is None:
        return x
    return x * mask.reshape(-1, *[1] * (x.dim() - axis - 1))


class _ElasticConv(_ConvLayer):
    """Both convolutions; a mixin of nn.Conv1d and nn.Conv2d."""

    def _transforms(self) -> Any:
        """What nasdsl.compiler.supernet.transforms gave the layer, or None."""
        return self._modules.get("transforms")

    def _blended(self, weight: Tensor, spread: Sequence[tuple[Any, Tensor | float]]) -> Tensor:
        """The weighted sum of the kernels of several sizes, each in the middle of the largest."""
        total = torch.zeros_like(weight)
        for kernel, share in spread:
            one = smaller(weight, kernel, self._transforms())
            around = (weight.shape[-1] - kernel) // 2
            total = total + share * F.pad(one, (around,) * 2 * (weight.dim() - 2))
        return total

    def _kernels(
        self, weight: Tensor, gates: Gates, kernels: str
    ) -> tuple[Tensor, tuple[int, ...]]:
        """The weight with its kernel, and by how much less is padded on every side."""
        largest = self.kernel_size
        fixed = (0,) * len(largest)
        if not kernels:
            return weight, fixed
        value = gates.value(kernels)
        if value is not None:
            middle = _middle(largest, value)
            dilation = self.dilation
            less = tuple(m.start * d for m, d in zip(middle, dilation, strict=True))
            if self._transforms() is not None:
                return smaller(weight, value, self._transforms()), less
            return weight[(slice(None), slice(None), *middle)], less
        if self._transforms() is not None:
            return self._blended(weight, gates.spread(kernels)), fixed
        mask: Tensor | float = 0.0
        for kernel, share in gates.spread(kernels):
            one = weight.new_zeros(largest)
            one[_middle(largest, kernel)] = 1.0
            mask = mask + share * one
        return weight * mask, fixed

    def _part(self, gates: Gates, source: Source, target: str) -> tuple[Tensor, Tensor | None]:
        """The weight and the bias of the channels that are there."""
        weight, bias = self.weight, self.bias
        if source:
            index = gates.index(source, weight.device)
            if self._depthwise():
                return weight[index], None if bias is None else bias[index]
            weight = weight[:, index]
        if target and gates.narrow(target):
            out = gates.value(target)
            weight, bias = weight[:out], None if bias is None else bias[:out]
        return weight, bias

    def _depthwise(self) -> bool:
        return self.groups > 1

    def _apply_to(
        self, gates: Gates, source: Source, target: str, kernels: str, x: Tensor
    ) -> Tensor:
        weight, bias = self._part(gates, source, target)
        if not self._depthwise():
            x = _masked(x, gates, source, 1)
        weight, less = self._kernels(weight, gates, kernels)
        assert not isinstance(self.padding, str)  # the operators give numbers
        padding = tuple(p - q for p, q in zip(self.padding, less, strict=True))
        groups = weight.shape[0] if self._depthwise() else 1
        convolve = F.conv2d if weight.dim() == 4 else F.conv1d
        return convolve(x, weight, bias, self.stride, padding, self.dilation, groups)

    def cut(self, gates: Gates, source: Source, target: str, kernels: str) -> State:
        weight, bias = self._part(gates, source, target)
        state = {"weight": self._kernels(weight, gates, kernels)[0]}
        return state if bias is None else {**state, "bias": bias}


class ElasticConv2d(_ElasticConv, nn.Conv2d):
    def forward(  # type: ignore[override]  # gates come with the input
        self, gates: Gates, source: Source, target: str, kernels: str, x: Tensor
    ) -> Tensor:
        return self._apply_to(gates, source, target, kernels, x)


class ElasticConv1d(_ElasticConv, nn.Conv1d):
    def forward(  # type: ignore[override]  # gates come with the input
        self, gates: Gates, source: Source, target: str, kernels: str, x: Tensor
    ) -> Tensor:
        return self._apply_to(gates, source, target, kernels, x)


class ElasticLinear(nn.Linear):
    def _part(self, gates: Gates, source: Source, target: str) -> tuple[Tensor, Tensor | None]:
        weight: Tensor = self.weight
        bias: Tensor | None = self.bias
        if source:
            weight = weight[:, gates.index(source, weight.device)]
        if target and gates.narrow(target):
            out = gates.value(target)
            weight, bias = weight[:out], None if bias is None else bias[:out]
        return weight, bias

    def forward(  # type: ignore[override]  # gates come with the input
        self, gates: Gates, source: Source, target: str, kernels: str, x: Tensor
    ) -> Tensor:
        weight, bias = self._part(gates, source, target)
        return F.linear(_masked(x, gates, source, x.dim() - 1), weight, bias)

    def cut(self, gates: Gates, source: Source, target: str, kernels: str) -> State:
        weight, bias = self._part(gates, source, target)
        return {"weight": weight} if bias is None else {"weight": weight, "bias": bias}


class _ElasticBatchNorm(_NormLayer):
    """Both batch norms; a mixin of nn.BatchNorm1d and nn.BatchNorm2d."""

    def _normalise(self, gates: Gates, source: Source, x: Tensor) -> Tensor:
        if not source:
            return super().forward(x)
        index = gates.index(source, x.device)
        training, means, variances = self.training, self.running_mean, self.running_var
        assert means is not None and variances is not None  # the operators keep statistics,
        assert self.momentum is not None and self.num_batches_tracked is not None  # moving ones
        mean, var = means[index], variances[index]
        weight, bias = self.weight, self.bias
        if training:
            self.num_batches_tracked.add_(1)
        out = F.batch_norm(
            x, mean, var, None if weight is None else weight[index],
            None if bias is None else bias[index], training, self.momentum, self.eps,
        )  # fmt: skip
        if training and not isinstance(index, slice):
            with torch.no_grad():
                means[index] = mean
                variances[index] = var
        return out

    def cut(self, gates: Gates, source: Source, target: str, kernels: str) -> State:
        full: State = self.state_dict()
        if not source:
            return full
        index = gates.index(source, full["running_mean"].device)
        return {k: v if v.dim() == 0 else v[index] for k, v in full.items()}


class ElasticBatchNorm2d(_ElasticBatchNorm, nn.BatchNorm2d):
    def forward(  # type: ignore[override]  # gates come with the input
        self, gates: Gates, source: Source, target: str, kernels: str, x: Tensor
    ) -> Tensor:
        return self._normalise(gates, source, x)


class ElasticBatchNorm1d(_ElasticBatchNorm, nn.BatchNorm1d):
    def forward(  # type: ignore[override]  # gates come with the input
        self, gates: Gates, source: Source, target: str, kernels: str, x: Tensor
    ) -> Tensor:
        return self._normalise(gates, source, x)
