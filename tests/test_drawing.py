"""Drawings: boxes do not overlap, edges lead down, and the text is XML with every part."""

from __future__ import annotations

from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.compiler import simplify_architecture
from nasdsl.drawing import draw_architecture
from nasdsl.drawing.layout import GAP, place
from nasdsl.source import shipped
from nasdsl.space import load, parse_space


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[float], list[tuple[int, int]]]:
    widths = draw(st.lists(st.floats(10, 200), min_size=1, max_size=12))
    pairs = [(i, j) for j in range(len(widths)) for i in range(j)]
    return widths, draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []


@given(graphs())
@settings(max_examples=150, deadline=None)
def test_boxes_stand_apart_and_edges_lead_down(
    graph: tuple[list[float], list[tuple[int, int]]],
) -> None:
    widths, edges = graph
    placed = place(widths, edges)
    for (start, end), route in zip(edges, placed.edges, strict=True):
        assert placed.layer[start] < placed.layer[end]
        assert [row for _, row in route] == list(range(placed.layer[start], placed.layer[end] + 1))
        assert route[0][0] == placed.x[start] and route[-1][0] == placed.x[end]
    for i in range(len(widths)):
        assert -1e-6 <= placed.x[i] - widths[i] / 2
        assert placed.x[i] + widths[i] / 2 <= placed.width + 1e-6
        for j in range(i):
            if placed.layer[i] == placed.layer[j]:
                apart = abs(placed.x[i] - placed.x[j])
                assert apart >= (widths[i] + widths[j]) / 2 + GAP - 1e-6


@pytest.mark.parametrize("name", ["digits", "nasbench201", "code_nasbench101", "code_metaqnn"])
def test_drawings_of_shipped_networks(name: str) -> None:
    space = load(shipped()[f"{name}.nas"])
    architecture = simplify_architecture(space.build(space.sample(Random(1))))
    root = ElementTree.fromstring(draw_architecture(architecture))
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert texts.count("image") == 1
    assert any(architecture.name in (text or "") for text in texts)


def test_what_is_special_in_xml_is_escaped() -> None:
    space = parse_space('network = image(3, 4, 4) -> resize(scale = 2, mode = "nearest") -> relu')
    root = ElementTree.fromstring(draw_architecture(space.build(space.unrank(0))))
    assert root.tag.endswith("svg")


def test_equal_networks_have_equal_drawings() -> None:
    first, second = (
        draw_architecture(s.build(s.unrank(0)))
        for s in (parse_space("network = vector(4) -> linear(2)") for _ in range(2))
    )
    assert first == second
