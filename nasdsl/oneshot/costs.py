"""What options cost: a number for each, so that the expected cost of weights can be differentiated.

A model that adds up: exact for chains of blocks, near enough where decisions bear on each other's
cost. It comes from the analytic cost of architectures (nasdsl.costs), or from a table that was
measured: a JSON object from decision paths to lists of numbers, "" to that of everything else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

import torch
from pydantic import Field
from torch import Tensor

from nasdsl.costs import cost
from nasdsl.diagnostics import fail
from nasdsl.evaluators.tabular import find_file

from .choices import Choice
from .config import RelaxedConfig

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

LOOKS = 300  # genotypes that are looked at for decisions which not every genotype has


class CostConfig(RelaxedConfig):
    """A cost in the loss of the architecture."""

    cost: Literal["none", "macs", "params"] = Field(
        default="none", description="what is counted; `table` counts instead of it"
    )
    table: str = Field(
        default="",
        description="a JSON file from decision paths to lists of costs, such as latencies",
    )
    form: Literal["add", "power", "log"] = Field(
        default="add",
        description="of the loss: CE + weight·C, CE·C^weight or CE·weight·log(target·C)^power, with C "
        "the expected cost over the target",
    )
    weight: float = Field(default=0.1, ge=0, description="of the cost")
    power: float = Field(default=0.6, gt=0, description="of the logarithm")
    target: float = Field(
        default=0.0, ge=0, description="the cost that counts as 1; 0 for that of even chances"
    )


@dataclass(frozen=True, slots=True)
class Costs:
    """Of each option of each choice, and what every architecture costs at least."""

    options: Mapping[str, tuple[float, ...]]
    base: float

    def expected(
        self, weights: Mapping[str, Tensor], choices: Mapping[str, Choice]
    ) -> Tensor | float:
        """The cost that the weights of options make one expect; of others the mean."""
        total: Tensor | float = self.base
        for path, costs in self.options.items():
            given = weights.get(path)
            if given is None:
                total = total + sum(costs) / len(costs)
                continue
            part = (given[: len(costs)] * given.new_tensor(costs)).sum()
            for pick, element in choices[path].under:
                if pick in weights:
                    part = part * weights[pick][element]
            total = total + part
        return total


def loss_with(config: CostConfig, loss: Tensor, expected: Tensor | float, even: float) -> Tensor:
    """The loss of the architecture; `even` is the cost of even chances."""
    target = config.target or even
    share = expected / target
    match config.form:
        case "add":
            return loss + config.weight * share
        case "power":
            return loss * share**config.weight
        case "log":
            return loss * config.weight * torch.log(torch.as_tensor(share * target)) ** config.power


def costs_of(space: Space, choices: Mapping[str, Choice], config: CostConfig) -> Costs | None:
    """The costs that a configuration asks for. NAS623 for a table that does not fit."""
    if config.table:
        return read_table(find_file(config.table), choices)
    if config.cost == "none":
        return None
    return analytic(space, choices, config.cost)


def analytic(space: Space, choices: Mapping[str, Choice], metric: str) -> Costs:
    """What each option adds to the cheapest of its decision, all else being that of one genotype."""
    rng = Random(0)

    def price(genotype: Genotype) -> float:
        return float(getattr(cost(space.build(genotype)), metric))

    options: dict[str, tuple[float, ...]] = {}
    base = 0.0
    for look in range(LOOKS):
        genotype = space.genotype({}) if look == 0 else space.sample(rng)
        around = {path: (var.domain, index) for path, var, index in space.places(genotype)}
        new = [p for p in around if p in choices and p not in options]
        for path in new:
            indices = [around[p][1] for p in around]
            prices = [
                price(space.genotype(dict(zip(around, indices, strict=True)) | {path: taken}))
                for taken in _alternatives(choices[path], around[path][0].size or 1)
            ]
            options[path] = _by_option(choices[path], prices)
        if look == 0:
            base = price(genotype) - sum(
                options[p][int(i)] for p, (_, i) in around.items()
                if p in options and choices[p].kind == "one"
            )  # fmt: skip
        if len(options) == len(choices):
            break
    return Costs(options, base)


def _alternatives(choice: Choice, size: int) -> range:
    """The indices that are compared. Elements of picks cost what they hold, nothing by themselves."""
    return range(0) if choice.kind == "pick" else range(size)


def _by_option(choice: Choice, prices: list[float]) -> tuple[float, ...]:
    if choice.kind == "pick":
        return (0.0,) * choice.n
    if choice.kind == "bit":
        return (prices[1] - prices[0],)
    return tuple(p - min(prices) for p in prices)


def read_table(path: Path, choices: Mapping[str, Choice]) -> Costs:
    """A table of numbers, one an option."""
    help = 'write {"path of a decision": [a number for each of its options], "": of the rest}'
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        base = float(rows.pop("", 0.0))
        options = {str(k): tuple(map(float, row)) for k, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise fail("NAS623", f"{path} is no table of costs: {error}", help=help) from error
    for key, row in options.items():
        if key not in choices or len(row) != choices[key].n:
            wanted = f"{choices[key].n} numbers" if key in choices else "no such decision"
            raise fail("NAS623", f"{path}: `{key}` has {len(row)} numbers, not {wanted}", help=help)
    return Costs(options, base)
