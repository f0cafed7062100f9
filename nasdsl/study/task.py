"""One trial: build, measure, evaluate; whatever goes wrong becomes a recorded failure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from nasdsl.architecture import Architecture
from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.evaluators import Budget, Evaluator
from nasdsl.seeds import derive_seed
from nasdsl.strategies import Trial

from .objectives import AnyObjective
from .timeout import TrialTimeout, time_limit

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

MEASURED = "params", "macs", "activations", "depth"
Measure = Callable[[Architecture], Mapping[str, float]]


def measure_cost(architecture: Architecture) -> dict[str, float]:
    """The analytical cost of an architecture, as metrics."""
    from nasdsl.costs import cost

    found = cost(architecture)
    return {name: getattr(found, name) for name in MEASURED}


@dataclass(frozen=True, slots=True)
class Task:
    """What every trial of a study shares. Metrics are the cost's and the evaluator's together."""

    space: Space
    evaluator: Evaluator
    objectives: tuple[AnyObjective, ...]
    seed: int = 0
    trial_time: float | None = None
    budget: Budget = field(default_factory=Budget)
    measure: Measure = measure_cost

    def trial_seed(self, number: int) -> int:
        return derive_seed(self.seed, "trial", number)

    def perform(self, number: int, genotype: Genotype, seed: int | None = None) -> Trial:
        """Evaluate a genotype, by the seed of its number unless another is given.

        A NasError of the evaluator passes: the set-up is wrong. Raises NAS544 if the evaluator
        does not give the metric of an objective.
        """
        seed = self.trial_seed(number) if seed is None else seed
        start = perf_counter()
        curve: list[dict[str, float]] = []

        def report(metrics: Mapping[str, float]) -> None:
            numbers = {key: float(value) for key, value in metrics.items()}
            curve.append({key: value for key, value in numbers.items() if math.isfinite(value)})

        def trial(state: str, reason: str = "", **more: object) -> Trial:
            facts = {"seed": seed, "duration": perf_counter() - start, "reason": reason, **more}
            facts["curve"] = tuple(curve)
            return Trial(number, genotype, state, **facts)  # type: ignore[arg-type]  # facts by name

        try:
            architecture = self.space.build(genotype)
            if not self.space.feasible(genotype, architecture):
                return trial("infeasible", "a requirement of the space does not hold")
            measured = self.measure(architecture)
        except NasError as error:
            first = error.diagnostics[0]
            return trial("failed", f"{first.code}: {first.message}")
        try:
            with time_limit(self.trial_time):
                found = self.evaluator.evaluate(
                    genotype, architecture, seed=seed, budget=replace(self.budget, report=report)
                )
                metrics = {**measured, **{key: float(value) for key, value in found.items()}}
        except NasError:
            raise
        except (Exception, TrialTimeout) as error:  # noqa: BLE001 (a trial may raise anything)
            return trial("failed", reason_of(error), metrics=measured)
        check_objectives(self.objectives, metrics)
        values = tuple(o.signed(metrics) for o in self.objectives)
        kept = {key: value for key, value in metrics.items() if math.isfinite(value)}
        if not all(map(math.isfinite, values)):
            pairs = zip(self.objectives, values, strict=True)
            bad, value = next((o, v) for o, v in pairs if not math.isfinite(v))
            return trial("failed", f"{bad.name} is {bad.unsigned(value)}", metrics=kept)
        return trial("done", values=values, metrics=kept)


def check_objectives(objectives: Iterable[AnyObjective], metrics: Iterable[str]) -> None:
    """Raise NAS544 for an objective that is none of the metrics."""
    names = list(dict.fromkeys(metrics))
    for objective in objectives:
        for metric in objective.metrics:
            if metric not in names:
                message = f"no metric `{metric}` for {objective}"
                help = did_you_mean(metric, names) or f"the metrics are {', '.join(names)}"
                raise NasError(Diagnostic("NAS544", message, help=help))


def reason_of(error: BaseException) -> str:
    """The type and the last line of an exception."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1].strip()}" if lines else type(error).__name__
