"""Drawings of supernets: a box for each mixture, a line for each option, once for each cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from nasdsl.cli.main import cli
from nasdsl.diagnostics import NasError
from nasdsl.drawing.mixture import draw_mixture
from nasdsl.oneshot.curves import alpha, probabilities
from nasdsl.relax import relax
from nasdsl.source import shipped
from nasdsl.space import load, parse_space

BITS = """space bits
network = image(3, 8, 8) -> conv(3, out = 4) -> graph (x) {
  out sum([x, x -> relu] + (some of [x -> conv(3, out = 4), x -> max_pool(3)]))
} -> global_avg_pool -> linear(2)
"""


def texts(svg: str) -> list[str]:
    return [e.text or "" for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("text")]


def widths(svg: str) -> list[float]:
    """Of the edges that have one of their own."""
    styles = [e.get("style", "") for e in ElementTree.fromstring(svg).iter()]
    return sorted(float(s.removeprefix("stroke-width:")) for s in styles if "stroke-width" in s)


@pytest.mark.parametrize(("name", "cells", "mixtures"), [("darts", 2, 14), ("nasbench201", 1, 6)])
def test_every_mixture_of_a_cell_once(name: str, cells: int, mixtures: int) -> None:
    relaxed = relax(load(shipped()[f"{name}.nas"], set={"C": 4}))
    edges = {p: c for p, c in relaxed.choices.items() if c.kind == "one"}
    assert len(edges) == cells * mixtures
    found = texts(draw_mixture(relaxed))
    assert sorted(t for t in found if t in edges) == sorted(edges)
    label = next(iter(edges.values())).labels[0]
    assert found.count(label) == cells * mixtures
    assert not any("." in t and t.replace(".", "").isdigit() for t in found)


def test_probabilities_are_told() -> None:
    relaxed = relax(load(shipped()["nasbench201.nas"]))
    shares: Mapping[str, Sequence[float]] = {
        p: [0.5, 0.25, 0.05, 0.1, 0.1] for p in relaxed.choices
    }
    found = texts(draw_mixture(relaxed, shares))
    assert found.count("0.50") == found.count("0.25") == found.count("0.05") == 6
    assert "(nothing)" not in found
    absent = {p: [0.3, 0.2, 0.1, 0.0, 0.0] for p in relaxed.choices}
    svg = draw_mixture(relaxed, absent)
    assert texts(svg).count("(nothing)") == 6 and set(widths(svg)) == {0.5 + 3.5 * 0.6}


def test_elements_have_edges_of_their_weight() -> None:
    relaxed = relax(parse_space(BITS))
    there, away = relaxed.choices
    assert widths(draw_mixture(relaxed, {there: [1.0], away: [0.0]})) == [0.5, 4.0]


def test_a_run_and_its_space(tmp_path: Path) -> None:
    with pytest.raises(NasError, match="NAS626"):
        probabilities(tmp_path)
    relaxed = relax(load(shipped()["nasbench201.nas"]))
    curves = {alpha(p, i): 0.2 for p, c in relaxed.choices.items() for i in range(c.n)}
    (tmp_path / "supernet").mkdir()
    line = json.dumps({"number": 1, "curves": {"tau": 1.0, **curves}})
    (tmp_path / "supernet" / "curves.jsonl").write_text(line + "\n", encoding="utf-8")
    assert probabilities(tmp_path) == {p: [0.2] * c.n for p, c in relaxed.choices.items()}
    output = tmp_path / "drawn.svg"
    arguments = ["draw", "nasbench201", "--run", str(tmp_path), "-o", str(output)]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert texts(output.read_text(encoding="utf-8")).count("0.20") == 30
    refused = CliRunner().invoke(cli, ["draw", "nasbench201", "--supernet", "--rank", "1"])
    assert refused.exit_code == 2 and "all architectures" in refused.output
