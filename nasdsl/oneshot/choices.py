"""The decisions of a supernet as methods parametrise them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .contract import DecisionLike

if TYPE_CHECKING:
    from nasdsl.space import Space

_WITHIN = re.compile(r"(?P<at>.*)=(?P<label>\d+)(?:\.\d+)?/")


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision that gates steer.

    n: options (1 for a bit). count: how many a "pick" takes, at most. element: the pick and its
    element that this one decides about, as in DARTS's edges: (path of the pick, element). The pick
    may be no decision, where all its elements are taken. under: elements (path, element) without which
    the decision does not exist. labels: of the options. hard: whether it can only be taken.
    """

    path: str
    kind: str
    n: int
    count: int = 1
    element: tuple[str, int] | None = None
    under: tuple[tuple[str, int], ...] = ()
    labels: tuple[str, ...] = ()
    hard: bool = False


def choices_of(space: Space, decisions: Mapping[str, DecisionLike]) -> dict[str, Choice]:
    """The choices of a supernet by path, in its order."""
    domains: dict[str, list[tuple[str, int]]] = {}
    for path, domain in space.all_decisions(10**6):
        if path in decisions:
            domains.setdefault(path, []).append((domain.kind, domain.count))
    found = {}
    for path, decision in decisions.items():
        count = max((c for _, c in domains.get(path, [])), default=1)
        found[path] = Choice(
            path, decision.kind, decision.n, count, _element(path, decisions),
            tuple(decision.under), tuple(decision.labels), bool(decision.hard),
        )  # fmt: skip
    return found


def _element(path: str, decisions: Mapping[str, DecisionLike]) -> tuple[str, int] | None:
    """The innermost element of a pick that a path lies within.

    An option's number in a path is an element, unless a choice of one has numbers for labels.
    """
    while match := _WITHIN.match(path):
        at = match["at"]
        if at not in decisions or decisions[at].kind == "pick":
            return at, int(match["label"])
        path = at
    return None
