"""The few functions and classes that emitted code may need; each is copied as it stands here.

Every definition stands alone: it uses `torch`, `nn` and `F` and nothing else of this module.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


def avg_pool2d_uneven(
    x: torch.Tensor, kernel_size: int | tuple[int, int], stride: int, margins: tuple[int, ...]
) -> torch.Tensor:
    """Average pooling with uneven padding (left, right, top, bottom) that does not count."""
    ones = F.pad(torch.ones_like(x[:1, :1]), margins)
    return F.avg_pool2d(F.pad(x, margins), kernel_size, stride) / F.avg_pool2d(
        ones, kernel_size, stride
    )


def avg_pool1d_uneven(
    x: torch.Tensor, kernel_size: int, stride: int, margins: tuple[int, ...]
) -> torch.Tensor:
    """Average pooling with uneven padding (before, after) that does not count."""
    ones = F.pad(torch.ones_like(x[:1, :1]), margins)
    return F.avg_pool1d(F.pad(x, margins), kernel_size, stride) / F.avg_pool1d(
        ones, kernel_size, stride
    )


def noise_like(x: torch.Tensor) -> torch.Tensor:
    """Standard normal noise of the shape of x, which gets zeros as its gradient."""
    return x * 0.0 + torch.randn(x.shape, dtype=x.dtype, device=x.device)


class DropPath(nn.Module):
    """Stochastic depth: drop whole samples with probability p while training."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        keep = x.new_empty([x.shape[0]] + [1] * (x.ndim - 1)).bernoulli_(1 - self.p)
        return x * keep / (1 - self.p)


class LayerScale(nn.Module):
    """A learned factor of every channel."""

    def __init__(self, shape: tuple[int, ...], init: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full(shape, init))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weight


class LightConv(nn.Module):
    """Depthwise convolution over time; kernel i is that of channels i, i + n, …, and adds up to 1."""

    def __init__(
        self,
        features: int,
        kernel_size: int,
        groups: int = 1,
        multiplier: int = 1,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.features = features
        self.groups = groups
        later = 0 if causal else kernel_size // 2
        self.margins = (kernel_size - 1 - later, later)
        self.weight = nn.Parameter(torch.empty(features // groups * multiplier, kernel_size))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kernels = self.weight.softmax(1).repeat(self.groups, 1).unsqueeze(1)
        y = F.conv1d(F.pad(x.transpose(1, 2), self.margins), kernels, groups=self.features)
        return y.transpose(1, 2)


class Attention(nn.Module):
    """Multi-head self-attention over (N, T, features); the heads have `dim` features together."""

    def __init__(
        self,
        features: int,
        dim: int,
        heads: int,
        dropout: float = 0.0,
        causal: bool = False,
        out: int | None = None,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.causal = causal
        self.qkv = nn.Linear(features, 3 * dim, bias=bias)
        self.out = nn.Linear(dim, out or features, bias=bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        dropout = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=self.causal)
        out: torch.Tensor = self.out(y.transpose(1, 2).flatten(2))
        return out


class CrossAttention(nn.Module):
    """Multi-head attention of (N, T, features) to (N, S, context)."""

    def __init__(
        self,
        features: int,
        context: int,
        dim: int,
        heads: int,
        dropout: float = 0.0,
        out: int | None = None,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.q = nn.Linear(features, dim, bias=bias)
        self.kv = nn.Linear(context, 2 * dim, bias=bias)
        self.out = nn.Linear(dim, out or features, bias=bias)

    def forward(self, x: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        q = self.q(x).unflatten(2, (self.heads, -1)).transpose(1, 2)
        kv = self.kv(context).unflatten(2, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        k, v = kv.unbind(0)
        dropout = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout)
        out: torch.Tensor = self.out(y.transpose(1, 2).flatten(2))
        return out


class RelativeAttention(nn.Module):
    """Self-attention over a class token and a grid of steps (N, 1 + side*side, features).

    Keys and values get learned vectors of the distance in rows and in columns, clipped to `reach`;
    pairs with the class token have vectors of their own.
    """

    rows: torch.Tensor
    columns: torch.Tensor

    def __init__(self, features: int, dim: int, heads: int, side: int, reach: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(features, 3 * dim)
        self.out = nn.Linear(dim, features)
        shape = (2, 2 * reach + 2, dim // heads)  # by rows, by columns
        self.keys = nn.Parameter(torch.randn(shape) * 0.02)
        self.values = nn.Parameter(torch.randn(shape) * 0.02)
        place = torch.arange(side * side)
        for name, line in (("rows", place // side), ("columns", place % side)):
            apart = (line[None] - line[:, None]).clamp(-reach, reach) + reach + 1
            self.register_buffer(name, F.pad(apart, (1, 0, 1, 0)), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.qkv(x).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)  # (N, heads, T, d)
        key = self.keys[0][self.rows] + self.keys[1][self.columns]  # (T, T, d)
        value = self.values[0][self.rows] + self.values[1][self.columns]
        by_step = q.permute(2, 0, 1, 3).flatten(1, 2) @ key.transpose(1, 2)  # (T, N*heads, T)
        near = by_step.unflatten(1, q.shape[:2]).permute(1, 2, 0, 3)
        weights = ((q @ k.transpose(2, 3) + near) * q.shape[-1] ** -0.5).softmax(-1)
        by_step = weights.permute(2, 0, 1, 3).flatten(1, 2) @ value  # (T, N*heads, d)
        y = weights @ v + by_step.unflatten(1, q.shape[:2]).permute(1, 2, 0, 3)
        out: torch.Tensor = self.out(y.transpose(1, 2).flatten(2))
        return out


class LearnedPosition(nn.Module):
    """Adds a learned vector to every step."""

    def __init__(self, steps: int, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(steps, features) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight


class SinusoidalPosition(nn.Module):
    """Adds sines and cosines of the step's number (Vaswani et al., 2017)."""

    waves: torch.Tensor

    def __init__(self, steps: int, features: int) -> None:
        super().__init__()
        rate = 10000.0 ** (-torch.arange(0, features, 2) / features)
        angle = torch.arange(steps)[:, None] * rate
        waves = torch.stack([angle.sin(), angle.cos()], 2).flatten(1)[:, :features]
        self.register_buffer("waves", waves, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.waves


class Weight(nn.Module):
    """A learned table, the same for every sample."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(rows, columns) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weight.expand(x.shape[0], -1, -1)


def lookup(tokens: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """The row of a table for every token."""
    if table.stride(0) == 0:  # one table for all samples
        return F.embedding(tokens, table[0])
    index = tokens.unsqueeze(-1).expand(-1, -1, table.shape[-1])
    return torch.gather(table, 1, index)


class Unembed(nn.Module):
    """The product with every row of a table."""

    def __init__(self, rows: int, bias: bool = False) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(rows)) if bias else None

    def forward(self, x: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
        if table.stride(0) == 0:  # one table for all samples
            return F.linear(x, table[0], self.bias)
        y = x @ table.transpose(1, 2)
        return y if self.bias is None else y + self.bias


class ClassToken(nn.Module):
    """Puts a learned step before the others."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(features) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.weight.expand(x.shape[0], 1, -1), x], 1)
