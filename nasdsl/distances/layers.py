"""A network as layers: what distances between networks compare.

A layer is an operator with what is computed right before and after it alone: in relu, conv, bn the
convolution is the layer, and relu and bn are its trimmings. Sums, concatenations, identities and the
nesting of graphs are wires; what only ever carries zeros, or reaches no output, does not count. With
`fold`, the calls of one module (a cell that is stacked five times) count once, with the mass of all
of them and the mean of their places: networks of stacked cells stay small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nasdsl.architecture import Architecture

from .flatten import Call, Input, flatten
from .lengths import LONGEST, path_lengths

#: Families of operators: those of one family can stand for one another.
FAMILIES: Mapping[str, frozenset[str]] = {
    "conv": frozenset(["conv", "dw_conv", "deconv", "conv1d", "light_conv"]),
    "pool": frozenset(
        ["max_pool", "avg_pool", "global_avg_pool", "global_max_pool", "adaptive_avg_pool"]
    ),
    "dense": frozenset(["linear", "embedding", "unembed", "weight", "lookup", "matmul"]),
    "attention": frozenset(["attention", "relative_attention", "cross_attention"]),
    "recurrent": frozenset(["lstm", "gru", "rnn"]),
}
LEAST_MASS = 100.0  # of the input and output layers
ROUNDS = 3  # in which equal layers are told apart by their neighbours
SHARE = 0.1  # of all mass that an input or output layer has, and the weight of dense layers


@dataclass(frozen=True, slots=True)
class Label:
    """What a layer does, sizes aside. family: one of FAMILIES, "input", "output", or the operator's own
    name. kernel: its width, 0 without one. details: its other attributes. trimmings: the names of the
    operators that come with it, "·" standing for itself."""

    family: str
    op: str
    kernel: float = 0.0
    details: tuple[str, ...] = ()
    trimmings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """units: its channels or features. mass: its share of the computation. before, after: path lengths
    from the input and to the output, as in nasdsl.distances.lengths."""

    label: Label
    units: int
    mass: float
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Layers:
    """The layers of a network, the earlier first, and its edges as pairs of their numbers."""

    layers: tuple[Layer, ...]
    edges: tuple[tuple[int, int], ...]

    @cached_property
    def masses(self) -> NDArray[np.float64]:
        return np.array([layer.mass for layer in self.layers])

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """(layers, columns): path lengths from the input and to the output, side by side."""
        return np.array([(*layer.before, *layer.after) for layer in self.layers])

    @cached_property
    def kinds(self) -> tuple[tuple[Label, ...], NDArray[np.int64]]:
        """The labels, each once, and which of them each layer has."""
        labels = list(dict.fromkeys(layer.label for layer in self.layers))
        return tuple(labels), np.array([labels.index(layer.label) for layer in self.layers])

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Equal for networks that no distance tells apart."""
        return self.layers, self.edges


def layers(architecture: Architecture, fold: bool = True) -> Layers:
    """The layers of a network. Equal networks, however drawn, have equal ones."""
    calls = flatten(architecture)
    labels = [_label(call) for call in calls]
    before, after = path_lengths([c.sources for c in calls], [_group(label) for label in labels])
    masses = _masses(calls, labels)
    groups: dict[object, list[int]] = {}
    for number, call in enumerate(calls):
        key = (call.place, labels[number]) if fold and call.place else number
        groups.setdefault(key, []).append(number)
    made = [_fold(members, calls, labels, masses, before, after) for members in groups.values()]
    place = {n: g for g, members in enumerate(groups.values()) for n in members}
    linked = {(place[s], place[n]) for n, c in enumerate(calls) for s in c.sources}
    return _sorted(made, sorted(linked))


def _fold(
    members: Sequence[int], calls: Sequence[Call], labels: Sequence[Label],
    masses: Sequence[float], before: Sequence[Sequence[float]], after: Sequence[Sequence[float]],
) -> Layer:  # fmt: skip
    first, count = members[0], len(members)
    return Layer(
        labels[first],
        calls[first].units,
        sum(masses[m] for m in members),
        tuple(round(sum(c) / count, 9) for c in zip(*(before[m] for m in members), strict=True)),
        tuple(round(sum(c) / count, 9) for c in zip(*(after[m] for m in members), strict=True)),
    )


def _sorted(made: Sequence[Layer], edges: Sequence[tuple[int, int]]) -> Layers:
    """By depth, then by what the layers are and what is around them, so that the order does not tell
    how the network was drawn (three rounds of Weisfeiler and Leman)."""
    names = [repr((m.before, m.after, m.label, m.units, m.mass)) for m in made]
    for _ in range(ROUNDS):
        numbers = {name: n for n, name in enumerate(sorted(set(names)))}
        around: list[list[tuple[bool, int]]] = [[] for _ in made]
        for source, target in edges:
            around[target].append((False, numbers[names[source]]))
            around[source].append((True, numbers[names[target]]))
        names = [repr((numbers[n], sorted(a))) for n, a in zip(names, around, strict=True)]
    inner = [layer.label.family != "input" for layer in made]
    order = sorted(range(len(made)), key=lambda i: (inner[i], made[i].before[LONGEST], names[i]))
    rank = {old: new for new, old in enumerate(order)}
    moved = sorted((rank[a], rank[b]) for a, b in edges)
    return Layers(tuple(made[i] for i in order), tuple(moved))


def _label(call: Call) -> Label:
    if isinstance(call.op, Input):
        return Label(call.op.kind, call.op.name)
    name, trimmings = call.op, (*call.ahead, "·", *call.behind)
    family = next((f for f, names in FAMILIES.items() if name in names), name)
    attrs = dict(call.attrs)
    kernel = attrs.pop("kernel", 0)
    attrs.pop("out", None)  # sizes are in the mass
    sizes = kernel if isinstance(kernel, tuple) else (kernel,)
    number = max([float(size) for size in sizes if isinstance(size, int | float)], default=0.0)
    details = tuple(f"{k}={v}" for k, v in sorted(attrs.items(), key=lambda pair: pair[0]))
    return Label(family, name, number, details, trimmings)


def _group(label: Label) -> str:
    """The kind of layer whose number on a path is a length of its own."""
    return label.family if label.family in ("conv", "pool", "input", "output") else "dense"


def _masses(calls: Sequence[Call], labels: Sequence[Label]) -> list[float]:
    """Incoming units × units for layers with weights (dense ones at a tenth), units for the others; the
    input and the output have a tenth of the sum each (Kandasamy et al., section 3 and code)."""
    masses = []
    for call, label in zip(calls, labels, strict=True):
        mass = float(call.units)
        if label.family in ("conv", "dense", "attention", "recurrent"):
            mass *= 1.0 if label.op == "dw_conv" else call.incoming
            groups = dict(call.attrs).get("groups", 1)
            mass /= groups if isinstance(groups, int) else 1
            mass *= SHARE if label.family == "dense" else 1.0
        masses.append(0.0 if label.family in ("input", "output") else mass)
    ends = max(SHARE * sum(masses), LEAST_MASS)
    kinds: dict[str, int] = {}
    for label in labels:
        kinds[label.family] = kinds.get(label.family, 0) + 1
    return [
        ends / kinds[label.family] if label.family in ("input", "output") else mass
        for mass, label in zip(masses, labels, strict=True)
    ]
