"""Tables of metrics: keys, columns, missing rows, unreadable files."""

from __future__ import annotations

import gzip
import os
import random
from pathlib import Path
from typing import Any

import pytest

from nasdsl.architecture import Architecture
from nasdsl.diagnostics import NasError
from nasdsl.evaluators import Budget, Evaluator, make_evaluator
from nasdsl.evaluators.tabular import Tabular, table_of
from tests.flat_space import FlatSpace, Genotype

SPACE: Any = FlatSpace((3, 3))
DATA = Path(os.environ.get("NASDSL_DATA", Path(__file__).parents[3] / "shared" / "data"))


def tabular(space: Any = SPACE, **config: object) -> Tabular:
    made = make_evaluator("tabular", space, config)
    assert isinstance(made, Tabular)
    return made


def code_of(call: Any) -> str:
    with pytest.raises(NasError) as caught:
        call()
    return caught.value.diagnostics[0].code


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    rows = [f"{a}{b},{a + b / 10},{'' if a == b else a},x" for a in range(3) for b in range(2)]
    path.write_text("code,accuracy,size,comment\n" + "\n".join(rows) + "\n")
    return path


def test_written_tables_are_read_back(tmp_path: Path) -> None:
    rng = random.Random(0)
    rows = {
        SPACE.text(g): {"a": rng.random(), "b": float(i)} for i, g in enumerate(SPACE.enumerate())
    }
    table_of(rows, tmp_path / "t.csv")
    evaluator = tabular(file=str(tmp_path / "t.csv"))
    assert isinstance(evaluator, Evaluator) and len(evaluator) == 9
    for genotype in SPACE.enumerate():
        built: Architecture = SPACE.build(genotype)
        got = evaluator.evaluate(genotype, built, seed=0, budget=Budget())
        assert got == rows[SPACE.text(genotype)]


def test_joined_keys_orders_and_symbols(table: Path) -> None:
    joined = tabular(file=str(table), key="code", join="")
    assert joined.metrics == ("accuracy", "size")
    assert joined.look_up(Genotype((2, 1))) == {"accuracy": 2.1, "size": 2.0}
    assert joined.look_up(Genotype((1, 1))) == {"accuracy": 1.1}  # an empty cell
    swapped = tabular(file=str(table), key="code", order=[1, 0])
    assert swapped.look_up(Genotype((1, 2))) == {"accuracy": 2.1, "size": 2.0}
    spelt = tabular(file=str(table), key="code", symbols=["2", "0", "1"])
    assert spelt.look_up(Genotype((0, 2))) == {"accuracy": 2.1, "size": 2.0}
    assert tabular(file=str(table), key="code", join="-").key(Genotype((1, 2))) == "1-2"


def test_metrics_are_chosen_and_renamed(table: Path) -> None:
    evaluator = tabular(file=str(table), key="code", join="", metrics=["top1=accuracy"])
    assert evaluator.look_up(Genotype((0, 1))) == {"top1": 0.1}


def test_missing_rows(table: Path) -> None:
    genotype = Genotype((0, 2))
    strict = tabular(file=str(table), key="code", join="")
    assert code_of(lambda: strict.look_up(genotype)) == "NAS334"
    with pytest.raises(LookupError, match="no row"):
        tabular(file=str(table), key="code", join="", missing="fail").look_up(genotype)


def test_mistakes_have_codes(table: Path, tmp_path: Path) -> None:
    name = str(table)
    assert code_of(lambda: tabular(file="nowhere.csv")) == "NAS330"
    assert code_of(lambda: tabular(file=name)) == "NAS332"
    assert code_of(lambda: tabular(file=name, key="code", metrics=["acuracy"])) == "NAS332"
    assert code_of(lambda: tabular(file=name, key="code", metrics=["comment"])) == "NAS333"
    short = tabular(file=name, key="code", order=[0, 5])
    assert code_of(lambda: short.look_up(Genotype((0, 1)))) == "NAS335"
    for text in (b"code,a\n1,2,3\n", b"\xff\xfe\x00"):
        (tmp_path / "bad.csv").write_bytes(text)
        assert code_of(lambda: tabular(file=str(tmp_path / "bad.csv"), key="code")) == "NAS331"
    (tmp_path / "bad.csv.gz").write_bytes(b"not gzip")
    assert code_of(lambda: tabular(file=str(tmp_path / "bad.csv.gz"))) == "NAS331"
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"code,a\n" * 1000)[:-20])
    assert code_of(lambda: tabular(file=str(tmp_path / "cut.csv.gz"))) == "NAS331"
    assert code_of(lambda: make_evaluator("tabullar", SPACE, {})) == "NAS322"
    assert code_of(lambda: tabular(fil=name)) == "NAS310"


def test_parquet_needs_its_extra(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        path.write_bytes(b"")
        assert code_of(lambda: tabular(file=str(path))) == "NAS331"
        return
    parquet.write_table(pyarrow.table({"code": ["01", "21"], "accuracy": [0.5, None]}), path)
    evaluator = tabular(file=str(path), key="code", join="")
    assert evaluator.look_up(Genotype((0, 1))) == {"accuracy": 0.5}
    assert evaluator.look_up(Genotype((2, 1))) == {}


def test_files_are_found_below_the_data_folder(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NASDSL_DATA", str(table.parent))
    assert len(tabular(file=table.name, key="code", join="")) == 6


@pytest.mark.skipif(not (DATA / "nb201" / "nb201.csv.gz").is_file(), reason="no table here")
def test_nas_bench_201(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASDSL_DATA", str(DATA))
    space: Any = FlatSpace()
    metrics = ["accuracy=c10_val_200", "test=c10_test_200"]
    config = {"file": "nb201/nb201.csv.gz", "key": "code", "join": "", "metrics": metrics}
    evaluator = tabular(space, **config)
    assert len(evaluator) == 15625
    assert evaluator.look_up(Genotype((4, 2, 1, 2, 1, 1))) == {
        "accuracy": 81.98267,
        "test": 85.86333,
    }
    best = max(evaluator.look_up(g)["accuracy"] for g in space.enumerate())
    assert best == pytest.approx(91.61, abs=0.005)
