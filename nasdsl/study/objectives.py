"""Objectives: numbers made of a trial's metrics, signed such that larger is better.

    maximize(accuracy), minimize(macs, reference = 200M)
    mnasnet(accuracy, macs, target = 80M)
    weighted(accuracy = 1, params = -1e-7)

The last two make one objective of several metrics, for strategies that follow a single one.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite, nan
from typing import Literal, TypeVar

from pydantic import Field

from nasdsl.configure import Config, configure, named
from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.settings import CallSetting, SettingValue


class Objective(Config):
    """One metric and its direction.

    `reference` is a value of no worth: hypervolumes are measured from there.
    """

    metric: str
    goal: Literal["maximize", "minimize"] = "maximize"
    reference: float | None = Field(default=None, allow_inf_nan=False)

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)

    @property
    def name(self) -> str:
        """What its values are called."""
        return self.metric

    @property
    def made_of(self) -> tuple[str, ...]:
        """Metrics that the name does not give the values of."""
        return ()

    def signed(self, metrics: Mapping[str, float]) -> float:
        """The metric, with its sign such that larger is better; KeyError if it is not there."""
        return self.unsigned(metrics[self.metric])

    def unsigned(self, value: float) -> float:
        """From a value to what it says of the metric; its own inverse."""
        return value if self.goal == "maximize" else -value

    def __str__(self) -> str:
        return f"{self.goal}({self.metric}{_reference(self.reference)})"


class MnasNet(Config):
    """metric · (cost / target)^w, where w is alpha within the target and beta beyond it.

    Tan et al., "MnasNet", CVPR 2019, equations 2 and 3. The defaults are the paper's soft limit: 5 %
    of the metric buy a doubling of the cost. alpha = 0, beta = -1 is its hard limit.
    """

    goal: Literal["mnasnet"] = "mnasnet"
    metric: str
    cost: str
    target: float = Field(gt=0, allow_inf_nan=False)
    alpha: float = Field(default=-0.07, le=0, allow_inf_nan=False)
    beta: float = Field(default=-0.07, le=0, allow_inf_nan=False)
    reference: float | None = Field(default=None, allow_inf_nan=False)

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.metric, self.cost

    @property
    def name(self) -> str:
        return f"mnasnet({self.metric}, {self.cost})"

    @property
    def made_of(self) -> tuple[str, ...]:
        return self.metrics

    def signed(self, metrics: Mapping[str, float]) -> float:
        """nan for a cost below 0, infinite for one of 0: such trials fail."""
        share = metrics[self.cost] / self.target
        power = self.alpha if share <= 1 else self.beta
        if share < 0:
            return nan
        if share == 0:
            return metrics[self.metric] * (1.0 if power == 0 else inf)
        try:
            return float(metrics[self.metric] * share**power)
        except OverflowError:
            return inf

    def unsigned(self, value: float) -> float:
        return value

    def __str__(self) -> str:
        powers = {"alpha": self.alpha, "beta": self.beta}
        given = "".join(f", {k} = {v:g}" for k, v in powers.items() if v != -0.07)
        target = f"{self.metric}, {self.cost}, target = {self.target:.12g}"
        return f"mnasnet({target}{given}{_reference(self.reference)})"


class Weighted(Config):
    """The sum of metrics times their weights, which are negative for costs."""

    goal: Literal["weighted"] = "weighted"
    weights: dict[str, float] = Field(min_length=1)
    reference: None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(self.weights)

    @property
    def name(self) -> str:
        return f"weighted({', '.join(self.weights)})"

    @property
    def made_of(self) -> tuple[str, ...]:
        return self.metrics

    def signed(self, metrics: Mapping[str, float]) -> float:
        return float(sum(weight * metrics[name] for name, weight in self.weights.items()))

    def unsigned(self, value: float) -> float:
        return value

    def __str__(self) -> str:
        return f"weighted({', '.join(f'{k} = {v:.12g}' for k, v in self.weights.items())})"


AnyObjective = Objective | MnasNet | Weighted


def read_objective(value: SettingValue) -> AnyObjective:
    """An objective of its setting; NAS310…312, or NAS313 if it is none."""
    if isinstance(value, str):
        return Objective(metric=value)
    if not isinstance(value, CallSetting):
        raise _no_objective(value)
    match value.name:
        case "maximize" | "minimize":
            return _configured(Objective, value, ["metric"])
        case "mnasnet":
            return _configured(MnasNet, value, ["metric", "cost"])
        case "weighted":
            return _weighted(value)
    raise _no_objective(value)


O = TypeVar("O", Objective, MnasNet)


def _configured(model: type[O], call: CallSetting, places: list[str]) -> O:
    what, options = f"`{call.name}`", named(call, places)
    if "goal" in options:  # it is the call's name
        message, help = f"{what} takes no `goal`", "write maximize(…) or minimize(…)"
        raise NasError(Diagnostic("NAS310", message, call.span, help=help))
    return configure(model, {**options, "goal": call.name}, what=what, span=call.span)


def _weighted(call: CallSetting) -> Weighted:
    if call.args or not call.kwargs or not all(map(_is_number, call.kwargs.values())):
        message, help = "`weighted` takes a number for every metric", f"write {_EXAMPLE}"
        raise NasError(Diagnostic("NAS311", message, call.span, help=help))
    options = {"weights": named(call, [])}
    return configure(Weighted, options, what="`weighted`", span=call.span)


_EXAMPLE = "weighted(accuracy = 1, params = -1e-7)"


def _is_number(value: SettingValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _no_objective(value: SettingValue) -> NasError:
    span = value.span if isinstance(value, CallSetting) else None
    help = "write maximize(accuracy), minimize(params), mnasnet(…) or weighted(…)"
    return NasError(Diagnostic("NAS313", "this is not an objective", span, help=help))


def _reference(value: float | None) -> str:
    return "" if value is None else f", reference = {value:.12g}"
