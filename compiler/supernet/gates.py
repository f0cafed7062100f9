"""Gates: what steers one forward pass of a supernet, and what its classes do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from nasdsl.diagnostics import fail
from nasdsl.relax.diagrams import (
    ABSENT,
    Atom,
    Branch,
    Diagram,
    Leaf,
    atoms_of,
    groups_of,
    values_of,
)
from nasdsl.relax.ir import Union

from .weighted import plus

Tap = Callable[[int, Tensor], Tensor]
Source = tuple[tuple[str, int], ...]  # segments of channels: the name of their number, the largest


class GateLike(Protocol):
    """How much of each option of a decision is used.

    Only the options in `active` are computed (all if None), each multiplied by its weight (by nothing
    if `weights` is None). weights: (n,) for "one" and "pick", (1,) for "bit".
    """

    @property
    def weights(self) -> Tensor | None: ...
    @property
    def active(self) -> tuple[int, ...] | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """See GateLike."""

    weights: Tensor | None = None
    active: tuple[int, ...] | None = None


class Plan:
    """What the classes of one supernet ask their gates, by name."""

    def __init__(
        self, diagrams: Mapping[str, Diagram], unions: Mapping[str, Union], sizes: Sequence[str]
    ) -> None:
        """sizes: the names of numbers of channels."""
        self.diagrams, self.unions = diagrams, unions
        self.groups = groups_of(
            [list(atoms_of(diagrams[name])) for name in sizes if name]
        )  # atoms that decide numbers of channels together

    def __deepcopy__(self, memo: object) -> Plan:
        return self


class Gates:
    """The gates of one forward pass.

    A number of channels is *narrow* if all decisions that have to do with it are taken: weights are cut
    then. Else all channels are computed, and those that are not there are masked where channels meet.
    """

    def __init__(
        self, plan: Plan, given: Mapping[str, GateLike], tap: Tap | None = None,
        interpolate: bool = False,
    ) -> None:  # fmt: skip
        self.plan, self.given, self._tap, self.interpolate = plan, given, tap, interpolate
        self._answers: dict[Atom, list[tuple[int, Tensor | None]]] = {}
        self._on: dict[str, bool] = {"": True}
        self._weights: dict[str, Tensor | None] = {"": None}
        self._parts: dict[str, tuple[Tensor, ...]] = {}
        self._indices: dict[tuple[Source, torch.device | None], Any] = {}
        self._narrow: dict[str, bool] = {"": True}

    # -------------------------------------------------------------- what is asked

    def answers(self, atom: Atom) -> list[tuple[int, Tensor | None]]:
        """The answers that an atom may have, each with its weight (None: 1)."""
        found = self._answers.get(atom)
        if found is None:
            found = self._answers[atom] = self._read(atom)
        return found

    def _read(self, atom: Atom) -> list[tuple[int, Tensor | None]]:
        path = f"{atom.path}[{atom.option}]" if atom.kind == "slot" else atom.path
        gate = self.given.get(path)
        if gate is None:
            raise fail("NAS611", f"the gates say nothing about `{path}`",
                       help="give every decision of `supernet.decisions` a gate, or begin with `uniform()`")  # fmt: skip
        weights: Sequence[Tensor | None]
        active = gate.active
        if atom.kind != "member":
            weights = self._unbound(path, gate.weights) or (None,) * atom.answers
            taken = range(atom.answers) if active is None else active
            return [(i, weights[i]) for i in taken]
        parts = self._unbound(path, gate.weights)
        weight = parts[atom.option] if parts else None
        if active is not None:
            there = atom.option in active
            if weight is None:
                return [(int(there), None)]
            return [(1, weight)] if there else [(0, 1 - weight)]
        return [(1, None)] if weight is None else [(0, 1 - weight), (1, weight)]

    def _unbound(self, path: str, weights: Tensor | None) -> tuple[Tensor, ...]:
        if weights is None:
            return ()
        if path not in self._parts:
            self._parts[path] = weights.unbind(0)
        return self._parts[path]

    def on(self, name: str) -> bool:
        """Whether something of a gate is to be computed."""
        found = self._on.get(name)
        if found is None:
            found = self._on[name] = self._is_on(name)
        return found

    def _is_on(self, name: str) -> bool:
        union = self.plan.unions.get(name)
        if union is None:
            return self._reaches(self.plan.diagrams[name], {})
        return any(map(self.on, union.some)) and not any(map(self.on, union.none))

    def _reaches(self, diagram: Diagram, known: dict[int, bool]) -> bool:
        if isinstance(diagram, Leaf):
            return diagram.value is True
        if id(diagram) not in known:
            known[id(diagram)] = any(
                self._reaches(diagram.children[i], known) for i, _ in self.answers(diagram.atom)
            )
        return known[id(diagram)]

    def weight(self, name: str) -> Tensor | None:
        """The weight of a gate; None for 1."""
        if name not in self._weights:
            found = self._sum(self.plan.diagrams[name], True, {})
            self._weights[name] = None if isinstance(found, float) else found
        return self._weights[name]

    def _sum(self, diagram: Diagram, wanted: Any, known: dict[int, Any]) -> Tensor | float:
        """The sum over the ways to a value of the products of the weights; 0.0 and 1.0 are plain."""
        if isinstance(diagram, Leaf):
            return float(
                diagram.value is wanted or (diagram.value == wanted and wanted is not True)
            )
        if id(diagram) in known:
            return known[id(diagram)]  # type: ignore[no-any-return]  # of a dict of any values
        total: Tensor | float = 0.0
        for answer, weight in self.answers(diagram.atom):
            part = self._sum(diagram.children[answer], wanted, known)
            if isinstance(part, float) and part == 0.0:
                continue
            if weight is not None:
                part = weight if isinstance(part, float) else weight * part
            elif isinstance(total, float) and total == 0.0:
                total = part
                continue
            total = part if isinstance(total, float) and total == 0.0 else total + part
        known[id(diagram)] = total
        return total

    def value(self, name: str) -> Any:
        """The value of an open size, None if it is not taken."""
        diagram = self.plan.diagrams[name]
        while isinstance(diagram, Branch):
            found = self.answers(diagram.atom)
            if len(found) != 1:
                return None
            diagram = diagram.children[found[0][0]]
        return diagram.value

    def spread(self, name: str) -> list[tuple[Any, Tensor | float]]:
        """The values that an open size may have, each with its weight."""
        diagram = self.plan.diagrams[name]
        out: list[tuple[Any, Tensor | float]] = []
        for value in values_of(diagram):
            weight = self._sum(diagram, value, {})
            if not (isinstance(weight, float) and weight == 0.0):
                out.append((value, weight))
        return out

    def tap(self, block: int, x: Tensor) -> Tensor:
        """What goes on from the end of a block."""
        return x if self._tap is None else self._tap(block, x)

    def narrow(self, name: str) -> bool:
        """Whether a number of channels (or what is there of a list of channels) is taken."""
        found = self._narrow.get(name)
        if found is None:
            atoms = {
                b for a in atoms_of(self.plan.diagrams[name]) for b in self.plan.groups.get(a, (a,))
            }
            found = self._narrow[name] = all(len(self.answers(a)) == 1 for a in atoms)
        return found

    # -------------------------------------------------------------- what is made of tensors

    def mix(
        self, choice: Sequence[str], *inputs: Tensor | None, weights: Sequence[str] | None = None
    ) -> Tensor:
        """The weighted sum of the alternatives that are computed; weights: gates for these, if not
        those of the choice."""
        return self._total(self._there(choice, inputs, weights))

    def _there(
        self,
        names: Sequence[str],
        inputs: Sequence[Tensor | None],
        weights: Sequence[str] | None = None,
    ) -> list[tuple[Tensor | None, Tensor]]:
        """What is there, with its weight."""
        found = [
            (self.weight(weight), one)
            for name, weight, one in zip(names, weights or names, inputs, strict=True)
            if one is not None and self.on(name)
        ]
        if not found:
            raise fail("NAS613", "the gates leave nothing to compute: no option is active in "
                       + " and ".join(f"`{n}`" for n in names[:3]))  # fmt: skip
        return found

    def terms(self, names: Sequence[str], inputs: Sequence[Tensor | None]) -> list[Tensor]:
        """What is there, each multiplied by its weight."""
        return [x if w is None else x * w for w, x in self._there(names, inputs)]

    def sum(self, names: Sequence[str], *inputs: Tensor | None) -> Tensor:
        """The sum of what is there."""
        return self._total(self._there(names, inputs))

    def _total(self, terms: Sequence[tuple[Tensor | None, Tensor]]) -> Tensor:
        total: Tensor | None = None
        for weight, one in terms:
            total = plus(total, one, weight)
        assert total is not None
        return total

    def mean(self, names: Sequence[str], *inputs: Tensor | None) -> Tensor:
        """The mean of what is there, by weight."""
        count: Tensor | float = 0.0
        for name, one in zip(names, inputs, strict=True):
            if one is not None and self.on(name):
                weight = self.weight(name)
                count = count + (1.0 if weight is None else weight)
        return self.sum(names, *inputs) / count

    def mul(self, names: Sequence[str], *inputs: Tensor | None) -> Tensor:
        """The product of what is there; what is not is 1. Vectors scale the channels of images."""
        rank = max(x.dim() for x in inputs if x is not None)
        product: Tensor | None = None
        for name, one in zip(names, inputs, strict=True):
            if one is None or not self.on(name):
                continue
            weight = self.weight(name)
            factor = one if weight is None else one * weight + (1 - weight)
            if factor.dim() < rank:
                factor = factor[:, :, None, None] if rank == 4 else factor[:, None]
            product = factor if product is None else product * factor
        if product is None:
            raise fail("NAS613", "the gates leave nothing to multiply")
        return product

    def max(self, names: Sequence[str], *inputs: Tensor | None) -> Tensor:
        """The largest of what is there."""
        terms = self.terms(names, inputs)
        for term in terms[1:]:
            terms[0] = torch.maximum(terms[0], term)
        return terms[0]

    def min(self, names: Sequence[str], *inputs: Tensor | None) -> Tensor:
        """The smallest of what is there."""
        terms = self.terms(names, inputs)
        for term in terms[1:]:
            terms[0] = torch.minimum(terms[0], term)
        return terms[0]

    def concat(
        self, names: Sequence[str], sizes: Sequence[int], dim: int, *inputs: Tensor | None
    ) -> Tensor:
        """What is there side by side; where all channels are computed, zeros stand for what is not."""
        there = [
            x if x is not None and self.on(n) else None for n, x in zip(names, inputs, strict=True)
        ]
        like = next(x for x in there if x is not None)
        shape = list(like.shape)
        filled = []
        for name, size, x in zip(names, sizes, there, strict=True):
            shape[dim] = size
            if x is not None:
                filled.append(x)
            elif not self.narrow(name):
                filled.append(like.new_zeros(shape))
        return torch.cat(filled, dim)

    # -------------------------------------------------------------- channels

    def index(self, source: Source, device: torch.device) -> slice | Tensor:
        """Where the channels of a tensor stand among the most that it may have."""
        key = (source, device)
        if key not in self._indices:
            parts, offset = [], 0
            for name, size in source:
                width = self.value(name) if self.narrow(name) else size
                parts.append((offset, offset + (0 if width is ABSENT else width)))
                offset += size
            if len(parts) == 1:
                self._indices[key] = slice(*parts[0])
            elif all(b - a == size for (a, b), (_, size) in zip(parts, source, strict=True)):
                self._indices[key] = slice(None)
            else:
                ranges = [torch.arange(a, b, device=device) for a, b in parts]
                self._indices[key] = torch.cat(ranges)
        return self._indices[key]  # type: ignore[no-any-return]  # of a dict of any values

    def mask(self, source: Source, like: Tensor) -> Tensor | None:
        """The weight of every channel that is computed; None if all are there for sure."""
        key = (source, None)
        if key not in self._indices:
            parts = [self._mask(name, size, like) for name, size in source]
            self._indices[key] = None if all(p is None or isinstance(p, int) for p in parts) else (
                torch.cat([like.new_ones(p) if isinstance(p, int) else p for p in parts if p is not None])
            )  # fmt: skip
        found = self._indices[key]
        return None if found is None else found.to(like)

    def _mask(self, name: str, size: int, like: Tensor) -> Tensor | int:
        """The weights of a segment, or how many channels of it there are for sure."""
        if self.narrow(name):
            width = self.value(name)
            return 0 if width is ABSENT else int(width)
        spread = self.spread(name)
        if all(value == size for value, _ in spread):
            return size
        place = torch.arange(size, device=like.device)
        total: Tensor | float = 0.0
        for value, weight in spread:
            total = total + weight * (place < value).to(like.dtype)
        assert isinstance(total, Tensor)
        return total
