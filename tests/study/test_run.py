"""The loop: states, seeds, limits, resumption, refusals."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.seeds import derive_seed
from nasdsl.study.config import Choice, SearchConfig
from nasdsl.study.objectives import Objective
from nasdsl.study.run import Search
from nasdsl.study.sources import collect, unpack
from nasdsl.study.store import Row, Store
from nasdsl.study.task import reason_of
from nasdsl.study.timeout import time_limit
from tests.flat_space import FlatSpace
from tests.study.problem import SPACE, config_for, content, info_for, open_search, write_table


class Scripted:
    """An evaluator that does what the test says for each call in turn."""

    def __init__(self, *steps: Any) -> None:
        self.steps = list(steps)
        self.seeds: list[int] = []

    def evaluate(
        self, genotype: Any, architecture: Any, *, seed: int, budget: Any
    ) -> Mapping[str, float]:
        self.seeds.append(seed)
        step = self.steps.pop(0) if self.steps else 1.0
        if isinstance(step, BaseException):
            raise step
        if callable(step):
            step()
            return {"accuracy": 0.0}
        return step if isinstance(step, dict) else {"accuracy": step}


def config(**more: Any) -> SearchConfig:
    return SearchConfig(strategy=Choice(name="random"), budget=4, seed=1).model_copy(update=more)


def searching(path: Path, evaluator: Any, settings: SearchConfig, space: Any = SPACE) -> Search:
    store = Store.create(path / "study.db", info_for(settings, space))
    return open_search(store, settings, space, evaluator=evaluator)


def code_of(call: Any) -> str:
    with pytest.raises(NasError) as caught:
        call()
    return caught.value.diagnostics[0].code


def test_failures_are_recorded_with_their_reason(tmp_path: Path) -> None:
    steps = [ValueError("first line\nlast line"), math.nan, 0.5, {"accuracy": 0.25, "x": math.inf}]
    search = searching(tmp_path, Scripted(*steps), config())
    assert search.run() == "budget"
    search.store.close()
    rows = content(tmp_path / "study.db")
    assert [r[2] for r in rows] == ["failed", "failed", "done", "done"]
    assert [r[7] for r in rows] == ["ValueError: last line", "accuracy is nan", "", ""]
    assert rows[3][5] == {"accuracy": 0.25, "params": rows[3][5]["params"]}
    best = search.progress.best
    assert best is not None and best.number == 2


def test_seeds_belong_to_the_number(tmp_path: Path) -> None:
    evaluator = Scripted()
    search = searching(tmp_path, evaluator, config())
    search.run()
    search.store.close()
    assert evaluator.seeds == [derive_seed(1, "trial", n) for n in range(4)]
    assert derive_seed(1, "trial", 0) == 1728678323
    assert [r[3] for r in content(tmp_path / "study.db")] == evaluator.seeds


def test_a_hanging_trial_is_cut_short(tmp_path: Path) -> None:
    def hang() -> None:
        try:
            time.sleep(30)
        except Exception:  # noqa: BLE001
            pytest.fail("the limit was swallowed")

    search = searching(tmp_path, Scripted(hang), config(trial_time=0.05))
    search.run()
    search.store.close()
    first = content(tmp_path / "study.db")[0]
    assert first[2] == "failed" and first[7] == "TrialTimeout: no result after 0.05 s"


def test_a_limit_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    """Trials are cut short by a signal, which only the main thread of a process gets."""

    def enter() -> None:
        with time_limit(5):
            pytest.fail("there is no limit")

    started = partial(searching, tmp_path, Scripted(), config(trial_time=5))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(code_of, enter).result() == "NAS557"
        assert pool.submit(code_of, started).result() == "NAS557"


def test_a_wrong_setup_ends_the_run(tmp_path: Path) -> None:
    search = searching(tmp_path, Scripted({"acuracy": 1.0}), config())
    assert code_of(search.run) == "NAS544"
    search.store.close()


def test_an_interrupted_trial_is_evaluated_again(tmp_path: Path) -> None:
    evaluator = Scripted(0.1, KeyboardInterrupt())
    search = searching(tmp_path, evaluator, config())
    with pytest.raises(KeyboardInterrupt):
        search.run()
    search.store.close()
    assert [r[2] for r in content(tmp_path / "study.db")] == ["done", "pending"]
    with Store.open(tmp_path / "study.db") as store:
        again = Scripted(0.2)
        open_search(store, config(), evaluator=again).run()
    assert again.seeds[0] == evaluator.seeds[1]
    assert [r[2] for r in content(tmp_path / "study.db")] == ["done"] * 4


def test_a_deadly_trial_can_be_given_up(tmp_path: Path) -> None:
    search = searching(tmp_path, Scripted(0.1, KeyboardInterrupt()), config())
    with pytest.raises(KeyboardInterrupt):
        search.run()
    search.store.close()
    for given_up in (True, False):
        with Store.open(tmp_path / "study.db") as store:
            again = open_search(store, config(), evaluator=Scripted(0.2))
            trial = again.give_up_pending()
            assert (trial is not None and trial.number == 1) == given_up
            again.run()
    rows = content(tmp_path / "study.db")
    assert [r[2] for r in rows] == ["done", "failed", "done", "done"]
    assert rows[1][7].startswith("given up")
    with Store.open(tmp_path / "study.db") as store:
        assert open_search(store, config(), evaluator=Scripted())._deadly == {rows[1][1]}


def test_sources_stay_in_their_folder(tmp_path: Path) -> None:
    texts = {"main.nas": "space a", "parts/b.nas": "space b"}
    assert unpack(texts, tmp_path / "x") == tmp_path / "x" / "main.nas"
    assert (tmp_path / "x" / "parts" / "b.nas").read_text() == "space b"
    assert code_of(lambda: unpack({"../evil.nas": ""}, tmp_path / "x")) == "NAS548"
    assert code_of(lambda: unpack({}, tmp_path / "x")) == "NAS548"


def test_a_space_and_its_imports_are_collected(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "b.nas").write_text("motif b = linear(2)\n")
    text = 'space a\nimport "parts/b.nas"\nnetwork = vector(3) -> b\n'
    (tmp_path / "a.nas").write_text(text)
    found = collect(tmp_path / "a.nas")
    assert found == {"a.nas": text, "parts/b.nas": "motif b = linear(2)\n"}


def test_infeasible_proposals_are_counted_apart(tmp_path: Path) -> None:
    space: Any = FlatSpace((4,) * 4, allowed=4)
    settings = config(
        strategy=Choice(name="regularized_evolution", options={"population": 4, "sample": 2}),
        budget=40,
    )
    search = searching(tmp_path, Scripted(), settings, space)
    assert search.run() == "budget"
    search.store.close()
    assert search.progress.done == 40 and search.progress.infeasible > 0
    rows = content(tmp_path / "study.db")
    assert len(rows) == search.progress.total


def test_exhaustion_and_time(tmp_path: Path) -> None:
    space: Any = FlatSpace((2, 2))
    exhaustive = config(strategy=Choice(name="exhaustive"), budget=10)
    search = searching(tmp_path, Scripted(), exhaustive, space)
    assert search.run() == "exhausted"
    search.store.close()
    (tmp_path / "b").mkdir()
    slow = Scripted(*[lambda: time.sleep(0.02)] * 1000)
    search = searching(tmp_path / "b", slow, config(budget=1000, time=0.1))
    assert search.run() == "time"
    search.store.close()


def test_refusals(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    settings = config()
    assert code_of(lambda: Store.open(path)) == "NAS541"
    with Store.create(path, info_for(settings)) as store:
        assert code_of(lambda: Store.open(path)) == "NAS543"
        assert code_of(lambda: open_search(store, settings)) == "NAS547"
        other: Any = FlatSpace((2,))
        assert code_of(lambda: open_search(store, settings, other)) == "NAS546"
        assert store.info().settings == settings.model_dump(mode="json")
    assert code_of(lambda: Store.create(path, info_for(settings))) == "NAS540"
    (tmp_path / "noise.db").write_bytes(b"not a database at all, not even close" * 100)
    assert code_of(lambda: Store.open(tmp_path / "noise.db")) == "NAS541"
    with Store.open(path) as store:
        store.write(Row(0, "flat:00000000:1.1", "done", 0, asked=0, told=0))
        assert code_of(lambda: open_search(store, settings, evaluator=Scripted())) == "NAS545"


@pytest.mark.parametrize("strategy", ["random", "exhaustive", "local_search"])
def test_stopping_and_going_on_changes_nothing(tmp_path: Path, strategy: str) -> None:
    write_table(tmp_path / "table.csv")
    whole, parts = tmp_path / "whole.db", tmp_path / "parts.db"
    for path, budgets in ((whole, [90]), (parts, [1, 7, 40, 90])):
        first = config_for(tmp_path / "table.csv", strategy, budgets[0])
        Store.create(path, info_for(first)).close()
        for budget in budgets:
            with Store.open(path) as store:
                open_search(store, first.model_copy(update={"budget": budget})).run()
    assert content(whole) == content(parts)


def test_objectives_and_reasons() -> None:
    objective = Objective(metric="loss", goal="minimize")
    assert objective.signed({"loss": 2.0}) == -2.0 and objective.unsigned(-2.0) == 2.0
    assert reason_of(MemoryError()) == "MemoryError"
