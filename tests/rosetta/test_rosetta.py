"""Every published instance compiles to exactly its published size.

The file of instances is NASDSL_ROSETTA, by default the copy kept with the tests. Instances whose
count somebody has run or recounted must agree; of the others a difference must be explained here.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from nasdsl.architecture import Graph
from nasdsl.costs import cost
from nasdsl.encodings.library import open_code

from .explained import DIFFERENT, NOT_BUILT
from .table import plan, rows

FILE = Path(os.environ.get("NASDSL_ROSETTA") or Path(__file__).parent.parent / "data/rosetta.json")
ENTRIES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
TABLE = rows()
SURE = ("run", "recount-checked")
EXACT_FLOPS = 0.0


def _thinned(entries: list[dict[str, Any]]) -> list[Any]:
    """Of each system's notation the smallest instance; the others are among the slow tests."""
    least: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda e: e["params"]):
        least.setdefault((entry["system"], entry["encoding"]), entry)
    quick = {entry["id"] for entry in least.values()}
    return [
        pytest.param(e, id=e["id"], marks=() if e["id"] in quick else pytest.mark.slow)
        for e in entries
    ]


def _planned(entry: dict[str, Any]) -> Any:
    if entry["id"] in NOT_BUILT:
        pytest.skip(NOT_BUILT[entry["id"]])
    found = plan(entry, TABLE)
    if found is None:
        pytest.fail(f"no row of the table is about {entry['encoding']!r} of {entry['system']}")
    return found


@pytest.mark.parametrize("entry", _thinned(ENTRIES))
def test_params_and_flops(entry: dict[str, Any]) -> None:
    found = _planned(entry)
    space, genotype = open_code(found.program, found.text, found.params)
    got = cost(space.build(genotype))
    wanted = {"params": entry["params"], "flops": entry["flops"]}
    run, products = got, _products(space.build(genotype).graph)
    if found.without_dead is not None:  # what is never used is never run
        space, genotype = open_code(
            found.program, found.text, {**found.params, **found.without_dead}
        )
        run = cost(space.build(genotype))
        assert (
            run.params == entry.get("params_without_dead_shortcut_convs", run.params) < got.params
        )
    have = {"params": got.params, "flops": run.macs - products + found.more_flops}
    wrong = {
        k: (have[k], v)
        for k, v in wanted.items()
        if v is not None and not _same(entry, k, have[k], v)
    }
    expected = DIFFERENT.get(entry["id"], {})
    assert {k: have for k, (have, _) in wrong.items()} == {
        k: v for k, (v, _) in expected.items()
    }, wrong
    if entry["evidence"] in SURE:
        assert "params" not in expected, "a count that is sure must be met"


def _products(graph: Graph) -> int:
    """Multiply-adds of products of two tensors, which the file's convention leaves out."""
    shapes, total = list(graph.inputs), 0
    for node in graph.nodes:
        if node.body is not None:
            total += _products(node.body)
        elif node.op is not None and node.op.name == "matmul":
            total += node.op.macs(tuple(shapes[i] for i in node.inputs), dict(node.attrs))
        shapes += node.shapes
    return total


def _same(entry: dict[str, Any], what: str, have: int, wanted: int) -> bool:
    if what == "flops" and "rounded to 10k" in str(entry.get("flops_kind")):
        return round(have / 1e4) == round(wanted / 1e4)
    return have == wanted


WITH_AUX = [e for e in ENTRIES if "params_with_aux" in e or "params_aux_head" in e]


@pytest.mark.parametrize("entry", _thinned(WITH_AUX))
def test_params_with_the_auxiliary_head(entry: dict[str, Any]) -> None:
    found = _planned(entry)
    assert found.aux is not None, "the row does not say how the auxiliary head is added"
    space, genotype = open_code(found.program, found.text, {**found.params, **found.aux})
    params = cost(space.build(genotype)).params
    if "params_with_aux" in entry:
        assert params == entry["params_with_aux"]
    else:
        space, genotype = open_code(found.program, found.text, found.params)
        assert params - cost(space.build(genotype)).params == entry["params_aux_head"]


def _representatives() -> list[dict[str, Any]]:
    """The smallest instance of each encoding."""
    least: dict[str, dict[str, Any]] = {}
    for entry in sorted(ENTRIES, key=lambda e: e["params"]):
        least.setdefault(entry["encoding"], entry)
    return list(least.values())


@pytest.mark.parametrize("entry", _representatives(), ids=lambda e: e["id"])
def test_module_has_as_many_parameters(entry: dict[str, Any]) -> None:
    _module_counts(entry)


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e["id"])
def test_every_module_has_as_many_parameters(entry: dict[str, Any]) -> None:
    _module_counts(entry)


def _module_counts(entry: dict[str, Any]) -> None:
    import torch

    import nasdsl

    found = _planned(entry)
    space, genotype = open_code(found.program, found.text, found.params)
    architecture = space.build(genotype)
    with torch.device("meta"):
        module = nasdsl.compile(architecture)
    assert sum(p.numel() for p in module.parameters()) == cost(architecture).params


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e["id"])
def test_text_is_written_as_it_was_read(entry: dict[str, Any]) -> None:
    """encode(decode(text)) is canonical: it decodes to the same, and encodes to itself."""
    from nasdsl.encodings.library import encoding

    found = _planned(entry)
    notation = encoding(found.program)
    value = notation.decode(found.text)
    text = notation.encode(value)
    assert notation.decode(text) == value
    assert notation.encode(notation.decode(text)) == text
