"""Parameters of an open set of keys: a row of numbers for every option of every atom met so far.

A conditional or recursive space has no list of its decisions beforehand. Rows are made when their
key is first met, with values that depend on the seed and the key alone: not on the order in which
keys come, nor on any global generator. Training behaves as if every row had been there from the
start, since Adam leaves alone what never had a gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from .torch_state import dump_torch, load_torch

FIRST = 64  # rows of a new table; it doubles
MOST = 65_536  # rows; keys that come later share those of others

Draw: TypeAlias = Callable[[tuple[int, ...], torch.Generator], Tensor]


def uniform(scale: float) -> Draw:
    """Initial values between -scale and scale."""
    return lambda shape, rng: torch.empty(shape).uniform_(-scale, scale, generator=rng)


def normal(scale: float) -> Draw:
    """Normally distributed initial values."""
    return lambda shape, rng: torch.empty(shape).normal_(0.0, scale, generator=rng)


def digest(text: str) -> int:
    """A number of a text that is the same in every process."""
    return int.from_bytes(sha256(text.encode()).digest()[:8]) >> 1


def keyed(draw: Draw, shape: tuple[int, ...], seed: int, key: str) -> Tensor:
    """Initial values that depend on the seed and the key alone."""
    return draw(shape, torch.Generator().manual_seed(digest(f"{seed}:{key}")))


class Rows(nn.Module):
    """Tables with the same rows: `find` says where those of a key begin.

    They are parameters by their names in `widths`, which says how long their rows are.
    """

    def __init__(self, widths: Mapping[str, int], draw: Draw, seed: int) -> None:
        super().__init__()
        self._widths, self._draw, self._seed = dict(widths), draw, seed
        self._places: dict[str, int] = {}
        self._used = 0
        for name, width in self._widths.items():
            self.register_parameter(name, nn.Parameter(torch.zeros(FIRST, width)))

    def find(self, key: str, count: int) -> int:
        """The first of the `count` rows of a key; they are made if they are not there yet."""
        place = self._places.get(key)
        if place is not None:
            return place
        if self._used + count > MOST:
            return digest(key) % max(1, self._used - count)
        place, self._used = self._used, self._used + count
        self._places[key] = place
        self._fill(key, place, count)
        return place

    def _fill(self, key: str, place: int, count: int) -> None:
        for name, width in self._widths.items():
            table = self.get_parameter(name)
            lacking = self._used - len(table)
            if lacking > 0:
                more = max(lacking, len(table))
                table.data = torch.cat([table.data, torch.zeros(more, width)])
                table.grad = None
            values = keyed(self._draw, (count, width), self._seed, f"{name}:{key}")
            table.data[place : place + count] = values

    def dump(self) -> Any:
        """The state as JSON."""
        tables = {name: self.get_parameter(name) for name in self._widths}
        return {
            "seed": self._seed,
            "places": list(self._places.items()),
            "used": self._used,
            "tables": dump_torch(tables),
        }

    def load(self, state: Any) -> None:
        self._seed, self._used = state["seed"], state["used"]
        self._places = dict(state["places"])
        for name, values in load_torch(state["tables"]).items():
            self.get_parameter(name).data = values


class Tabled(nn.Module):
    """A network with one `table` of rows, beside parameters whose shapes are fixed."""

    table: Rows

    def dump(self) -> Any:
        """The state as JSON."""
        fixed = {n: p for n, p in self.named_parameters() if not n.startswith("table.")}
        return {"table": self.table.dump(), "fixed": dump_torch(fixed)}

    def load(self, state: Any) -> None:
        self.table.load(state["table"])
        for name, values in load_torch(state["fixed"]).items():
            self.get_parameter(name).data.copy_(values)


def extend_moments(optimizer: torch.optim.Optimizer) -> None:
    """Give the rows that were made since the last step moments of zero."""
    for parameter, moments in optimizer.state.items():
        for name, moment in moments.items():
            if isinstance(moment, Tensor) and moment.dim() and len(moment) < len(parameter):
                grown = torch.zeros_like(parameter.data)
                grown[: len(moment)] = moment
                moments[name] = grown


def descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """A step down a loss, over rows of which some may be new."""
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    extend_moments(optimizer)
    optimizer.step()
