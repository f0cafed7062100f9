"""Texts of the DARTS family: how they may be written, what is wrong with others, conversions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nasdsl.costs import cost
from nasdsl.diagnostics import NasError
from nasdsl.encodings.convert import convert
from nasdsl.encodings.library import encoding, open_code

from .test_rosetta import ENTRIES

DARTS = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1)], normal_concat=[2], "
    "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1)], reduce_concat=range(2, 3))"
)
NESTED = (
    "Genotype(normal=[(('sep_conv_3x3', 0), ('none', 1))], normal_concat=[2], "
    "reduce=[(('max_pool_3x3', 0), ('none', 1))], reduce_concat=[2], connectN=None, connects=None)"
)
TRIPLES = (
    "Genotype(normal=[('sep_conv_3x3', 2, 0), ('none', 3, 2)], normal_concat=[2, 3], "
    "reduce=[('max_pool_3x3', 2, 1)], reduce_concat=[2])"
)
SNAS = """SNAS_mild_edge_all = Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 0),
('dil_conv_3x3', 1), ('none', 2), ('skip_connect', 0), ('skip_connect', 1), ('none', 3), ('none', 2),
('skip_connect', 0), ('sep_conv_3x3', 1), ('none', 4), ('none', 3), ('none', 2)], normal_concat=range(2, 6),
reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('none', 0), ('max_pool_3x3', 1), ('skip_connect', 2),
('none', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('none', 3), ('max_pool_3x3', 0), ('dil_conv_5x5', 2),
('none', 1), ('none', 3), ('none', 4)], reduce_concat=range(2, 6))"""
UNET = (
    "Genotype(down=[('down_conv', 1), ('max_pool', 0)], down_concat=[2], "
    "up=[('identity', 0), ('up_conv', 1)], up_concat=[2])"
)
PATH = json.dumps(
    {
        "path": [1, 0, 0],
        "cell": [
            [0, 7],
            [1, 4],
            [2, 4],
            [3, 6],
            [5, 4],
            [8, 4],
            [11, 5],
            [13, 5],
            [19, 7],
            [18, 5],
        ],
    }
)
DPC = """[{"op": "conv", "kernel": 3, "rate": [1, 6], "input": -1}, {"op": "conv", "input": 0}]"""
CODES = json.dumps([["11"] * 14] * 20)


@pytest.mark.parametrize(
    ("name", "text", "old", "new", "code", "message", "at"),
    [
        ("darts", DARTS, "sep_conv_3x3", "sep_conv3x3", "NAS072", "did you mean `sep_conv_3x3`", "sep_"),
        ("darts", DARTS, ", 1)], normal", ", 2)], normal", "NAS073", "node 2 reads states 0 to 1, not 2", "('sk"),
        ("darts", DARTS, ", ('skip_connect', 1)", "", "NAS073", "a node has two edges", "[('sep"),
        ("darts", DARTS, "normal_concat=[2]", "normal_concat=[2, 3]", "NAS073", "states 0 to 2", "3]"),
        ("darts", DARTS, "normal_concat=[2]", "normal_concat=[]", "NAS073", "at least one state", "[]"),
        ("darts", DARTS, "range(2, 3)", "[2, 0]", "NAS073", "larger than the nodes", "0])"),
        ("darts", DARTS, ", reduce_concat=range(2, 3)", "", "NAS071", "`)` where `,`", ")"),
        ("dxy", NESTED, "1))], normal", "2))], normal", "NAS073", "node 2 reads states 0 to 1", "(("),
        ("dxy", NESTED, "(('sep_conv_3x3', 0), ('none', 1))", "('none', 1)", "NAS071", "`(`", "'none"),
        ("fairdarts", TRIPLES, "2, 1)", "1, 1)", "NAS073", "nodes are numbered from 2", "('max"),
        ("fairdarts", TRIPLES, "2, 1)", "2, 2)", "NAS073", "node 2 reads states 0 to 1", "('max"),
        ("fairdarts", TRIPLES, "[2, 3]", "[2]", "NAS073", "node 3 is put out", "('none"),
        ("fairdarts", TRIPLES, "3, 2)], normal_concat=[2, 3]", "4, 3)], normal_concat=[2, 4]", "NAS073", "no state that is there", "('none"),
        ("snas", SNAS, "('none', 4), ", "", "NAS073", "a cell has 14 edges", "[('sep"),
        ("snas", SNAS, "('none', 2)", "('none', 3)", "NAS073", "edge 4 cannot read 3", "('none', 3)"),
        ("nasunet", UNET, "down_conv'", "downconv'", "NAS072", "did you mean `down_conv`", "downconv"),
        ("nasunet", UNET, "conv', 1)], up", "conv', 2)], up", "NAS073", "reads states 0 to 1", "('up"),
        ("autodeeplab", PATH, "[1, 0, 0]", "[1, 0, 2]", "NAS073", "changes by one at most", "2]"),
        ("autodeeplab", PATH, "[19, 7]", "[18, 7]", "NAS073", "branch 18 has two operators", "[18, 7]"),
        ("autodeeplab", PATH, "[0, 7], [1, 4], ", "", "NAS073", "no branch from 0 to 1", "{"),
        ("autodeeplab", PATH, "[0, 7]", "[0, 8]", "NAS073", "operators are 0 to 7", "[0, 8]"),
        ("dpc", DPC, '"input": 0', '"input": 1', "NAS073", "branch 1 reads -1 or an earlier", '{"op'),
        ("dpc", DPC, "[1, 6]", "[6]", "NAS073", "two numbers", '{"op'),
        ("robnet", CODES, '"11"', '"12"', "NAS071", "`12` where", '12"'),
        ("robnet", CODES, '["11", ', "[", "NAS073", "a cell has 14 edges, not 13", '["11'),
    ],
)  # fmt: skip
def test_mistakes_stand_where_they_are(
    name: str, text: str, old: str, new: str, code: str, message: str, at: str
) -> None:
    wrong = text.replace(old, new, 1)
    with pytest.raises(NasError) as caught:
        open_code(name, wrong)
    (found,) = caught.value.diagnostics
    assert found.code == code and message in f"{found.message} {found.help}"
    assert found.span is not None and found.span.source.text[found.span.start :].startswith(at)


def test_a_cell_for_each_layer_or_one_for_all() -> None:
    with pytest.raises(NasError, match="NAS510"):
        open_code("robnet", json.dumps([["11"] * 14] * 3))


def test_a_genotype_may_be_pasted_as_it_stands_in_a_module() -> None:
    notation = encoding("darts")
    text = DARTS.replace("'", '"').replace("), (", "),  # an edge\n  (").replace(")]", "),]")
    assert notation.decode(f"\nDARTS_V2 = {text}\n") == notation.decode(DARTS)


def test_all_edges_of_snas_are_its_two_edges_a_node() -> None:
    mild = next(e for e in ENTRIES if e["id"] == "snas-snas_mild-cifar-C36")
    there = convert(SNAS, "snas", "darts")
    assert not there.lost
    assert encoding("darts").decode(there.text) == encoding("darts").decode(mild["string"])
    space, genotype = open_code("snas", SNAS, {"auxiliary": True})
    assert cost(space.build(genotype)).params == mild["params_with_aux"]


def _conversions() -> list[Any]:
    ways = {
        "darts-genotype": ("darts", "dxy fairdarts"),
        "dxy-nested-genotype": ("dxy", "darts fairdarts"),
    }
    texts = {(e["encoding"], e["system"]): e for e in ENTRIES if e["encoding"] in ways}
    return [
        pytest.param(source, target, entry["string"], id=f"{entry['id']}-{target}")
        for (kind, _), entry in texts.items()
        for source, targets in [ways[kind]]
        for target in targets.split()
    ]


@pytest.mark.parametrize(("source", "target", "text"), _conversions())
def test_what_is_converted_is_converted_back(source: str, target: str, text: str) -> None:
    """Or it is said what the other notation lacks."""
    try:
        there = convert(text, source, target)
    except NasError as error:
        assert "but not in the list" in str(error) or "is no `op`" in str(error)
        return
    assert not there.lost
    back = convert(there.text, target, source)
    assert encoding(source).decode(back.text) == encoding(source).decode(text)
