"""Mixes of operators as options: `mutations = [resample, nudge(2)]`, a call's number is its weight.

As JSON a mix is a list of texts, "resample" and "nudge(2)", or an object of weights by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from nasdsl.diagnostics import did_you_mean

from . import CROSSOVERS, MUTATIONS


def _reader(what: str, known: Collection[str]) -> Callable[[object], dict[str, float]]:
    def read(value: object) -> dict[str, float]:
        pairs = list(value.items()) if isinstance(value, Mapping) and "name" not in value else None
        if pairs is None:
            pairs = [_weighted(v) for v in (value if isinstance(value, list | tuple) else [value])]
        found: dict[str, float] = {}
        for name, weight in pairs:
            if name not in known:
                hint = did_you_mean(str(name), list(known)) or f"there are {', '.join(known)}"
                raise ValueError(f"there is no {what} `{name}`; {hint}")
            if name in found:
                raise ValueError(f"`{name}` is given twice; give it one weight")
            found[name] = _weight(name, weight)
        if not any(found.values()):
            raise ValueError(f"expected at least one {what} with a weight above 0")
        return found

    return read


def _weighted(value: object) -> tuple[Any, object]:
    """An operator's name and weight: of "resample", of "nudge(2)", or of the call nudge(2)."""
    if isinstance(value, Mapping) and "name" in value:
        args, kwargs = value.get("args") or [], dict(value.get("kwargs") or {})
        weight = [*args, *kwargs.values()]
        if len(weight) != 1 or (kwargs and list(kwargs) != ["weight"]):
            raise ValueError(f"`{value['name']}` takes one number, its weight")
        return value["name"], weight[0]
    if isinstance(value, str):
        name, _, number = value.partition("(")
        return name, _number(number.removesuffix(")")) if number else 1.0
    raise ValueError("expected operators, such as [resample, nudge(2)]")


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _weight(name: str, weight: object) -> float:
    if isinstance(weight, int | float) and not isinstance(weight, bool) and 0 <= weight < math.inf:
        return float(weight)
    raise ValueError(f"the weight of `{name}` is a number from 0, not {weight}")


def _write(weights: Mapping[str, float]) -> list[str]:
    return [
        name if weight == 1 else f"{name}({_short(weight)})" for name, weight in weights.items()
    ]


def _short(weight: float) -> float:
    return int(weight) if weight.is_integer() else weight


_SHOWN = (
    PlainSerializer(_write),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
)
Mutations: TypeAlias = Annotated[
    dict[str, float], BeforeValidator(_reader("mutation", MUTATIONS)), *_SHOWN
]
Crossovers: TypeAlias = Annotated[
    dict[str, float], BeforeValidator(_reader("crossover", CROSSOVERS)), *_SHOWN
]
