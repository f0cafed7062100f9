"""A fast search over a table, with failures and infeasible proposals, for the tests of studies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nasdsl.evaluators.tabular import table_of
from nasdsl.strategies.conformance import score
from nasdsl.study.config import Choice, SearchConfig
from nasdsl.study.objectives import Objective
from nasdsl.study.run import Search, start
from nasdsl.study.store import Store, StudyInfo
from tests.flat_space import FlatSpace

SPACE: Any = FlatSpace((4,) * 5, allowed=11)


def write_table(path: Path, space: Any = SPACE) -> None:
    """Every seventh genotype has no row, so its trial fails."""
    rows = {}
    for i, genotype in enumerate(space.enumerate()):
        text = space.text(genotype)
        if i % 7:
            rows[text] = {"accuracy": score(text), "size": float(sum(genotype.choices))}
    table_of(rows, path)


def config_for(table: Path, strategy: str, budget: int = 300, **options: Any) -> SearchConfig:
    evaluate = Choice(name="tabular", options={"file": str(table), "missing": "fail"})
    objectives = (Objective(metric="accuracy"), Objective(metric="size", goal="minimize"))
    return SearchConfig(
        strategy=Choice(name=strategy, options=options),
        evaluate=evaluate,
        objectives=objectives,
        budget=budget,
        seed=5,
    )


def info_for(config: SearchConfig, space: Any = SPACE) -> StudyInfo:
    settings = config.model_dump(mode="json")
    return StudyInfo("test", space.name, space.hash, settings, config.seed)


def open_search(store: Store, config: SearchConfig, space: Any = SPACE, **more: Any) -> Search:
    def measure(architecture: Any) -> dict[str, float]:
        return {"params": float(architecture.inputs[0].shape[0])}

    return start(store, space, config, measure=measure, **more)


def run_all(path: Path, config: SearchConfig) -> Store:
    """Create or continue the study and run it to its budget; the store is left open."""
    if Store.exists(path):
        store = Store.open(path)
    else:
        store = Store.create(path, info_for(config))
    open_search(store, config).run()
    return store


def content(path: Path) -> list[tuple[Any, ...]]:
    """What two runs of one seed must agree on."""
    with Store.open(path, write=False) as store:
        return [
            (r.number, r.genotype, r.state, r.seed, r.values, r.metrics, r.params, r.reason)
            for r in store.rows()
        ]
