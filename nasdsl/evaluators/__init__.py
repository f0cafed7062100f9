"""Evaluators: from a genotype to metrics. Each is one module, imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.spans import Span

from .base import Budget, Evaluator

if TYPE_CHECKING:
    from nasdsl.space import Space

__all__ = ["EVALUATORS", "Budget", "Evaluator", "evaluator_config", "make_evaluator"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an evaluator is, as "module:name": its configuration model and the class itself."""

    config: str
    kind: str
    takes_space: bool = True  # made by Class(config, space), else by Class(config)
    metrics: tuple[str, ...] | None = None  # those it may give, if they are always the same


EVALUATORS: Mapping[str, Entry] = {
    "train": Entry(
        "nasdsl.evaluators.config:TrainConfig",
        "nasdsl.evaluators.train:TrainEvaluator",
        takes_space=False,
        metrics=(
            "accuracy",
            "loss",
            "train_accuracy",
            "train_loss",
            "epochs",
            "seconds",
            "perplexity",
        ),
    ),
    "supernet": Entry(
        "nasdsl.evaluators.config:SupernetConfig",
        "nasdsl.evaluators.supernet:SupernetEvaluator",
        metrics=("accuracy", "loss"),
    ),
    "tabular": Entry(
        "nasdsl.evaluators.tabular:TabularConfig", "nasdsl.evaluators.tabular:Tabular"
    ),
    "python": Entry(
        "nasdsl.evaluators.function:FunctionConfig", "nasdsl.evaluators.function:Function"
    ),
}


def evaluator_config(name: str, span: Span | None = None) -> Any:
    """The configuration model of an evaluator (without torch); NAS322 if unknown."""
    if name not in EVALUATORS:
        help = did_you_mean(name, list(EVALUATORS)) or f"there are {', '.join(EVALUATORS)}"
        raise NasError(Diagnostic("NAS322", f"there is no evaluator `{name}`", span, help=help))
    return _load(EVALUATORS[name].config)


def make_evaluator(name: str, space: Space, config: Mapping[str, object]) -> Evaluator:
    """An evaluator by name, its options validated; options left out have their defaults."""
    from nasdsl.configure import configure

    options = configure(evaluator_config(name), config, what=f"evaluator `{name}`")
    entry = EVALUATORS[name]
    kind = _load(entry.kind)
    evaluator: Evaluator = kind(options, space) if entry.takes_space else kind(options)
    return evaluator


def _load(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
