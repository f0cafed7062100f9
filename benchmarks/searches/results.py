"""Results of one label on one problem: summed up, kept as JSON beside the page, and read back.

The files hold what was found by rank, so that another row can be held against it seed by seed, and
sums over runs, from which the page is written without the tables.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import fmean, stdev

from .problems import Problem
from .runs import Run, grid

FOLDER = Path(__file__).parent / "results"
BASELINE = "random"


@dataclass(frozen=True, slots=True)
class Result:
    """figures: mean and standard deviation by column. against: the mean difference to the baseline
    of the same seeds, with its 95 % confidence interval. versus: by another label, the same of the
    headline, with the p-value of a one-sided t-test on the pairs. marks: of every run, by seed from
    0. curve: points, means, half widths of 95 % intervals. milliseconds: CPU time of a trial."""

    label: str
    problem: str
    strategy: str
    config: Mapping[str, object]
    runs: int
    trials: float
    milliseconds: float
    figures: Mapping[str, tuple[float, float]]
    marks: Sequence[Sequence[float]]
    curve: Sequence[Sequence[float]]
    against: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    paired: int = 0
    versus: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)


def sum_up(
    problem: Problem, label: str, strategy: str, config: Mapping[str, object], made: Sequence[Run]
) -> Result:
    rows = [problem.figures(run.marks) for run in made]
    columns = zip(problem.outline.columns, zip(*rows, strict=True), strict=True)
    spread = [interval(values) for values in zip(*(run.curve for run in made), strict=True)]
    trials = sum(run.trials for run in made)
    return Result(
        label,
        problem.outline.name,
        strategy,
        dict(config),
        len(made),
        trials / len(made),
        round(1000 * sum(run.seconds for run in made) / trials, 4),
        {name: (fmean(values), stdev(values)) for name, values in columns},
        [list(run.marks) for run in made],
        [grid(problem), *zip(*((round(m, 5), round(h, 5)) for m, h in spread), strict=True)],
    )


def against(problem: Problem, ours: Result, baseline: Result) -> Result:
    """The result with its differences to the baseline, over the seeds that both have."""
    found: dict[str, tuple[float, float, float]] = {}
    for name, values in differences(problem, ours, baseline).items():
        mean, half = interval(values)
        found[name] = mean, mean - half, mean + half
    return replace(ours, against=found, paired=min(ours.runs, baseline.runs))


def versus(problem: Problem, ours: Result, others: Sequence[Result]) -> Result:
    """The result with what the headline is above that of others, over the seeds of both."""
    from scipy.stats import ttest_1samp

    found: dict[str, tuple[float, float, float, float]] = {}
    for other in others:
        values = differences(problem, ours, other)[problem.outline.headline]
        mean, half = interval(values)
        chance = float(ttest_1samp(values, 0.0, alternative="greater").pvalue)
        found[other.label] = mean, mean - half, mean + half, chance
    return replace(ours, versus=found)


def differences(problem: Problem, ours: Result, theirs: Result) -> dict[str, list[float]]:
    """Of every column, run by run of the same seed."""
    pairs = zip(ours.marks, theirs.marks, strict=False)
    rows = [(problem.figures(mine), problem.figures(other)) for mine, other in pairs]
    columns = enumerate(problem.outline.columns)
    return {name: [mine[i] - other[i] for mine, other in rows] for i, name in columns}


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and half the width of its 95 % confidence interval by Student's t; two or more."""
    from scipy.stats import t

    count = len(values)
    width = float(t.ppf(0.975, count - 1)) * stdev(values) / math.sqrt(count)
    return fmean(values), width


def path(problem: str, label: str) -> Path:
    return FOLDER / problem / (label.replace(", ", "-").replace(" ", "_") + ".json")


def write(result: Result) -> None:
    place = path(result.problem, result.label)
    place.parent.mkdir(parents=True, exist_ok=True)
    body = _rounded(asdict(result))
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in body.items())
    place.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def _rounded(value: object) -> object:
    """Figures in six digits behind the point, whole numbers as such."""
    match value:
        case dict():
            return {key: _rounded(item) for key, item in value.items()}
        case list() | tuple():
            return [_rounded(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case float():
            return round(value, 6)
        case _:
            return value


def read(problem: str, label: str) -> Result | None:
    """What is kept of a label, None if nothing is."""
    place = path(problem, label)
    if not place.is_file():
        return None
    return Result(**json.loads(place.read_text(encoding="utf-8")))
