"""The shipped spaces in the notations of the literature, and published strings that they read."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.source import shipped
from nasdsl.space import Space, load

COUNT = 8


def views() -> list[tuple[str, str]]:
    """Every shipped space with every notation that its file speaks."""
    found = []
    for file, path in shipped().items():
        if file.startswith(("code_", "lib_")):
            continue
        with open(path, encoding="utf-8") as opened:
            names = [line.split()[1] for line in opened if line.startswith("encode ")]
        found += [(file.removesuffix(".nas"), name) for name in names]
    return found


_SPACES: dict[Any, Space] = {}


def space(name: str, **params: Any) -> Space:
    key = (name, tuple(params.items()))
    if key not in _SPACES:
        _SPACES[key] = load(shipped()[f"{name}.nas"], params)
    return _SPACES[key]


def round_trips(of: Space, name: str, count: int = COUNT) -> None:
    for seed in range(count):
        genotype = of.sample(Random(seed))
        text = of.encode(genotype, name)
        again = of.decode(text, name)
        assert again == genotype, text
        assert of.encode(again, name) == text


PARTIAL = {("nasnet", "slim")}  # notations without a word for some genotypes


LONG = {("smash", "smash"), ("block_qnn", "block_qnn")}


@pytest.mark.parametrize(
    ("name", "notation"),
    [
        pytest.param(*view, marks=pytest.mark.slow if view in LONG else ())
        for view in views()
        if view not in PARTIAL
    ],
)
def test_genotypes_are_written_and_read(name: str, notation: str) -> None:
    round_trips(space(name), notation)


def test_most_spaces_have_a_notation() -> None:
    """The Evolved Transformer's space has blocks of two dead branches, which its notation refuses."""
    without = {n.removesuffix(".nas") for n in shipped() if not n.startswith(("code_", "lib_"))}
    assert without - {name for name, _ in views()} <= {"digits", "evolved_transformer"}


@pytest.mark.parametrize(
    ("name", "notation", "params"),
    [
        ("darts", "darts", {"steps": 2}),
        ("darts_rnn", "darts_rnn", {"nodes": 3}),
        ("enas_macro", "enas_macro", {"layers": 4}),
        ("genetic_cnn", "genetic_cnn", {"K3": 0, "K2": 5}),
        ("hierarchical", "hierarchical", {"motifs": 2, "chain_none": False}),
        ("metaqnn", "metaqnn", {"L": 5}),
        ("nas_rl_cnn", "nas_rl_cnn", {"L": 4, "strides": 3}),
        ("nasnet", "nasnet", {"blocks": 2}),
        ("one_shot", "one_shot", {"blocks": 2}),
        ("robnets", "robnet", {"free": True, "layers": 6}),
        ("schrimpf_rnn", "schrimpf_rnn", {"extended": True, "height": 2}),
    ],
)
def test_parameters_change_what_is_written(
    name: str, notation: str, params: dict[str, Any]
) -> None:
    round_trips(space(name, **params), notation, 25)


def test_slim_says_what_it_cannot_say() -> None:
    of = space("nasnet")
    sums = of.genotype({})
    assert of.decode(of.encode(sums, "slim"), "slim") == sums
    joined = of.genotype({"normal/i[0]/s": 1})
    with pytest.raises(NasError, match="`slim` has no word for 'concat'"):
        of.encode(joined, "slim")


DARTS_V2 = """Genotype(
  normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1),  # the second order
          ('sep_conv_3x3', 0), ('sep_conv_3x3', 1),
          ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)],
  normal_concat=[2, 3, 4, 5],
  reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1),
          ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)],
  reduce_concat=[2, 3, 4, 5])"""
ENAS_MICRO = "0 2 0 0 0 4 0 1 0 4 1 1 1 0 0 1 0 2 1 1 1 0 1 0 0 3 0 2 1 1 3 1 1 0 0 4 0 3 1 1"
INCEPTION = """{"matrix": [[0, 1, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1],
  [0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0]],
  "ops": ["input", "conv1x1-bn-relu", "conv3x3-bn-relu", "conv3x3-bn-relu", "conv3x3-bn-relu",
  "maxpool3x3", "output"]}"""
DARTS_RNN = (
    "Genotype(recurrent=[('sigmoid', 0), ('relu', 1), ('relu', 1), ('identity', 1), ('tanh', 2), "
    "('sigmoid', 5), ('tanh', 3), ('relu', 5)], concat=range(1, 9))"
)
ROBNET_LARGE = (
    '[["11", "11", "11", "11", "11", "01", "11", "01", "10", "11", "01", "01", "01", "11"]]'
)
AUTO_DEEPLAB = """{"path": [0, 0, 0, 1, 2, 1, 2, 2, 3, 3, 2, 1], "cell": [[0, 7], [1, 4], [2, 4],
  [3, 6], [5, 4], [8, 4], [11, 5], [13, 5], [19, 7], [18, 5]]}"""
ENAS_RNN = "0 0 0 1 1 2 1 2 0 2 0 5 1 1 0 6 1 8 1 8 1 8 1"


@pytest.mark.parametrize(
    ("name", "notation", "text", "decisions"),
    [
        ("darts", "darts", DARTS_V2, {"normal/i[2]/s=0/edge": 2, "reduce/i[3]/s=2/edge": 2}),
        ("nasbench201", "nasbench201",
         "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|",
         {"cell/i[0]/n/y[0]/edge": 4, "cell/i[2]/n/y[0]/edge": 2}),
        ("natsbench_size", "natsbench_size", "8:16:64:32:40", {"widths/i[2]": 7}),
        ("nasbench_macro", "nasbench_macro", "11221101", {"stage#3/repeat[2]": 1}),
        ("nasbench101", "nasbench101", INCEPTION, {"edge/j[0]/i[0]": 1, "op/i[4]": 2}),
        ("enas_micro", "enas_micro", ENAS_MICRO, {"normal/i[0]/x/op": 2, "reduce/i[4]/b": 1}),
        ("enas_rnn", "enas_rnn", ENAS_RNN, {"cell/i[10]/s": 8, "cell/s/0/activation": 0}),
        ("darts_rnn", "darts_rnn", DARTS_RNN, {"cell/i[6]/before": 3}),
        ("metaqnn", "metaqnn", "C(512,5,1)-C(256,3,1)-P(5,3)-C(256,5,1)-P(3,2)-C(512,3,1)-SM(10)",
         {"rest": 0}),
        ("metaqnn", "metaqnn",
         "C(128,5,1)-C(512,3,1)-P(2,2)-C(128,1,1)-C(128,5,1)-P(3,2)-C(512,3,1)-SM(10)", {}),
        ("robnets", "robnet", ROBNET_LARGE, {"shared/i[0]/j[0]": 3}),
        ("genetic_cnn", "genetic_cnn", "1-01 | 0-01-100 | 0-11-101-0001", {}),
        ("auto_deeplab", "auto_deeplab", AUTO_DEEPLAB, {"cell/i[4]/a": 5}),
    ],
)  # fmt: skip
def test_published_strings_are_members(
    name: str, notation: str, text: str, decisions: dict[str, int]
) -> None:
    of = space(name)
    genotype = of.decode(text, notation)
    found = {d.path: d.index for d in of.decisions(genotype)}
    assert {path: found[path] for path in decisions} == decisions
    canonical = of.encode(genotype, notation)
    assert of.decode(canonical, notation) == genotype
    assert of.encode(of.decode(canonical, notation), notation) == canonical


@pytest.mark.parametrize(
    ("name", "notation", "text", "at", "words"),
    [
        ("darts", "darts", DARTS_V2.replace("'dil_conv_3x3', 2", "'dil_conv_3x3', 0"),
         "('skip_connect', 0), ('dil_conv_3x3', 0", "0 where 1, 2, 3 or 4 should stand"),
        ("darts", "darts", DARTS_V2.replace("'dil_conv_3x3'", "'none'"), "('none", "'none' where"),
        ("natsbench_size", "natsbench_size", "8:16:60:32:40", "8:16:60", "60 where 8, 16, 24"),
        ("nasbench101", "nasbench101", INCEPTION.replace("[0, 0, 0, 0, 1, 0, 0]", "[0, 0, 0, 0, 0, 0, 0]")
         .replace("0, 1, 1, 1, 0, 1, 0", "0, 0, 0, 0, 1, 0, 0")
         .replace("0, 0, 0, 0, 0, 0, 1", "0, 0, 0, 0, 0, 0, 0"), "", "cannot be"),
        ("metaqnn", "metaqnn", "C(512,5,1)-C(100,3,1)-SM(10)", "C(512,5,1)-C(100", "64, 128, 256"),
        ("metaqnn", "metaqnn", "P(2,2)-SM(10)", "", "NAS086"),
    ],
)  # fmt: skip
def test_strings_that_are_no_members(
    name: str, notation: str, text: str, at: str, words: str
) -> None:
    with pytest.raises(NasError) as error:
        space(name).decode(text, notation)
    assert words in str(error.value)
    if at:
        span = error.value.diagnostics[0].span
        assert span is not None and span.end == text.index(at) + len(at)
