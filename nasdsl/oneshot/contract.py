"""What a method sees of a supernet: its decisions, and a forward pass that gates steer.

Structural types only: nasdsl.compiler.supernet is one thing that fits, a test's double another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from torch import Tensor

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype


class GateLike(Protocol):
    """How much of each option of a decision is used.

    Only the options in `active` are computed (all if None), each multiplied by its weight (by
    nothing if `weights` is None). weights: (n,) for "one" and "pick", (1,) for "bit".
    """

    @property
    def weights(self) -> Tensor | None: ...
    @property
    def active(self) -> tuple[int, ...] | None: ...


class DecisionLike(Protocol):
    """A decision that gates steer: kind "one", "bit" or "pick", of n options (a bit has one).

    under: the elements (path, element) without which it does not exist. hard: why it can only be taken,
    by a gate with one active option; "" if it can be mixed.
    """

    @property
    def kind(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def under(self) -> Sequence[tuple[str, int]]: ...
    @property
    def hard(self) -> str: ...


Gates = Mapping[str, GateLike]


class Supernet(Protocol):
    """An nn.Module with decisions; gates by decision path steer its forward pass."""

    @property
    def decisions(self) -> Mapping[str, DecisionLike]: ...
    def path(self, genotype: Genotype) -> Gates: ...
    def __call__(self, *inputs: Tensor, gates: Gates) -> Any: ...
