from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, cast

import pytest

from nasdsl.architecture import Architecture, Input
from nasdsl.diagnostics import NasError
from nasdsl.evaluators import EVALUATORS
from nasdsl.evaluators.base import Budget, Evaluator
from nasdsl.evaluators.config import TrainConfig
from nasdsl.evaluators.loop import FailedTraining
from nasdsl.evaluators.train import TrainEvaluator

from ..compiler.graphs import Builder, network
from .architectures import convnet, letters, perceptron

GENOTYPE = cast(Any, None)  # the evaluator that trains does not look at it


def evaluate(
    architecture: Architecture, *, seed: int = 0, budget: Budget | None = None, **settings: object
) -> dict[str, float]:
    config = TrainConfig.model_validate({"epochs": 2, "limit": 300, **settings})
    evaluator = TrainEvaluator(config)
    assert isinstance(evaluator, Evaluator)
    copy = pickle.loads(pickle.dumps(evaluator))
    assert copy == evaluator
    found = copy.evaluate(GENOTYPE, architecture, seed=seed, budget=budget or Budget())
    return dict(found)


def test_metrics_are_reproducible() -> None:
    first, again, other = (evaluate(convnet(), seed=s) for s in (3, 3, 4))
    assert set(first) | {"perplexity"} == set(EVALUATORS["train"].metrics or ())
    for metrics in (first, again, other):
        metrics.pop("seconds")
    assert first == again != other
    assert set(first) == {"accuracy", "loss", "train_accuracy", "train_loss", "epochs"}
    assert 0 <= first["accuracy"] <= 1
    assert first["epochs"] == 2


def test_budgets_replace_settings() -> None:
    assert evaluate(convnet(), budget=Budget(epochs=1))["epochs"] == 1
    metrics = evaluate(convnet(), budget=Budget(seconds=0.2), epochs=10_000)
    assert 1 <= metrics["epochs"] < 10_000
    assert metrics["seconds"] < 5


def test_images_are_read_as_vectors_and_as_sequences() -> None:
    assert evaluate(perceptron())["accuracy"] > 0.2
    b = Builder("rows", (8, 8))
    x = b.chain(0, ("linear", {"out": 8}), "relu", "flatten", ("linear", {"out": 10}))
    assert evaluate(network(b.done(x)))["accuracy"] > 0.2


def test_text_has_a_perplexity(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abcd" * 2000)
    where: dict[str, Any] = {
        "data": "text:a.txt",
        "root": str(tmp_path),
        "limit": None,
        "epochs": 8,
    }
    metrics = evaluate(letters(16, 4), **where)
    assert 1 <= metrics["perplexity"] < 1.5
    with pytest.raises(NasError, match=r"reads tokens of 5, but text:a.txt has 4"):
        evaluate(letters(16, 5), **where)
    with pytest.raises(NasError, match=r"gives 16x7 numbers a sample, but text:a.txt needs 16x4"):
        evaluate(letters(16, 4, head=7), **where)


@pytest.mark.parametrize(
    ("architecture", "words"),
    [
        (convnet(classes=7), "--set classes=10"),
        (convnet((2, 8, 8)), "begin the network with image(1, 8, 8)"),
        (perceptron(65), "reads vector(65), but digits gives image(1, 8, 8)"),
        (letters(8, 4), "reads tokens(8), but digits gives"),
    ],
)
def test_networks_for_other_data_end_the_run(architecture: Architecture, words: str) -> None:
    with pytest.raises(NasError, match="NAS71") as caught:
        evaluate(architecture)
    assert words in str(caught.value)


def test_several_inputs_end_the_run() -> None:
    b = Builder("two", (64,), (64,))
    x = b.chain(b.op("sum", 0, 1), ("linear", {"out": 10}))
    two = network(b.done(x), Input("vector", (64,)), Input("vector", (64,)))
    with pytest.raises(NasError, match="NAS713"):
        evaluate(two)


def test_one_bad_network_is_a_failed_trial_only() -> None:
    with pytest.raises(FailedTraining, match="loss is"):
        evaluate(convnet(), optimizer="sgd", lr=1e35)
