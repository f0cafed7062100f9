"""Published networks of the spaces have exactly their published numbers of parameters and MACs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import nasdsl
from nasdsl.domains import Domain
from nasdsl.space import Space, load, parse_space
from tests.spaces.cells import full, path_of


def _cost(space: Space, choices: Mapping[str, int]) -> tuple[int, int]:
    """Params and MACs of the member with these decisions, all of which must exist."""
    genotype = space.genotype(choices)
    decided = {d.path: d.index for d in space.decisions(genotype)}
    assert {path: decided.get(path) for path in choices} == dict(choices)
    found = nasdsl.cost(space.build(genotype))
    return found.params, found.macs


# ------------------------------------------------------------------ DARTS

DARTS_OPS = [
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
]
DARTS_V2 = {
    "normal": "sep_conv_3x3 0 sep_conv_3x3 1 sep_conv_3x3 0 sep_conv_3x3 1 sep_conv_3x3 1 skip_connect 0 "
    "skip_connect 0 dil_conv_3x3 2",
    "reduce": "max_pool_3x3 0 max_pool_3x3 1 skip_connect 2 max_pool_3x3 1 max_pool_3x3 0 skip_connect 2 "
    "skip_connect 2 max_pool_3x3 1",
}
DARTS_V1 = {
    "normal": "sep_conv_3x3 1 sep_conv_3x3 0 skip_connect 0 sep_conv_3x3 1 skip_connect 0 sep_conv_3x3 1 "
    "sep_conv_3x3 0 skip_connect 2",
    "reduce": "max_pool_3x3 0 max_pool_3x3 1 skip_connect 2 max_pool_3x3 0 max_pool_3x3 0 skip_connect 2 "
    "skip_connect 2 avg_pool_3x3 0",
}
IMAGENET = {"C": 48, "layers": 14, "size": 224, "classes": 1000, "skeleton": "imagenet"}


def _darts(genotype: Mapping[str, str]) -> dict[str, int]:
    choices: dict[str, int] = {}
    for cell, text in genotype.items():
        words = text.split()
        pairs = list(zip(words[::2], map(int, words[1::2]), strict=True))
        for i in range(4):
            two = sorted(pairs[2 * i : 2 * i + 2], key=lambda pair: pair[1])
            sources = (two[0][1], two[1][1])
            if i > 0:
                labels = tuple(map(str, range(i + 2)))
                choices[f"{cell}/i[{i}]/s"] = Domain("pick", labels, 2).index(sources)
            for op, source in two:
                choices[f"{cell}/i[{i}]/s={source}/edge"] = DARTS_OPS.index(op)
    return choices


@pytest.mark.parametrize(
    ("genotype", "settings", "params"),
    [
        (DARTS_V2, {}, 3_349_342), (DARTS_V2, IMAGENET, 4_718_752),
        (DARTS_V1, {}, 3_169_414), (DARTS_V1, IMAGENET, 4_510_432),
    ],
)  # fmt: skip
def test_darts(genotype: Mapping[str, str], settings: Mapping[str, int | str], params: int) -> None:
    assert _cost(load(path_of("darts"), set=settings), _darts(genotype))[0] == params


def test_robnet_large_v1() -> None:
    codes = iter(
        ["11", "11", "11", "11", "11", "01", "11", "01", "10", "11", "01", "01", "01", "11"]
    )
    choices = {
        f"shared/i[{i}]/j[{j}]": ("00", "01", "10", "11").index(next(codes))
        for i in range(4) for j in range(i + 2)
    }  # fmt: skip
    assert _cost(full("robnets"), choices) == (6_842_710, 1_030_336_128)


# ------------------------------------------------------------------ NASNet and its kin

PNAS_OPS = [
    "identity_or_1x1",
    "sep_3x3",
    "sep_5x5",
    "sep_7x7",
    "avg_3x3",
    "max_3x3",
    "dil_3x3",
    "conv_1x7_7x1",
]


def test_pnasnet_5() -> None:
    ops = [
        "sep_5x5",
        "max_3x3",
        "sep_7x7",
        "max_3x3",
        "sep_5x5",
        "sep_3x3",
        "sep_3x3",
        "max_3x3",
        "sep_3x3",
        "identity_or_1x1",
    ]
    inputs = (0, 0, 1, 1, 1, 1, 4, 1, 0, 1)  # 0 is the cell before the last
    choices: dict[str, int] = {}
    for b in range(5):
        for half, (op, state) in enumerate(
            zip(ops[2 * b : 2 * b + 2], inputs[2 * b : 2 * b + 2], strict=True)
        ):
            choices[f"{('first', 'second')[half]}/i[{b}]"] = state
            choices[f"op{half + 1}/i[{b}]"] = PNAS_OPS.index(op)
    assert _cost(full("pnas"), choices) == (3_189_082, 574_891_392)


NASNET_A = """
space nasnet_a "NASNet-A, 7 @ 2304"
import "lib_nasnet.nas"

# Numbered as in the released code: n[0] is the last input, n[1] the one before it.
motif normal = graph (before, last) {
  c = channels(last)
  n = [last, before]
  n += sum([n[0] -> separable(5, c), n[1] -> separable(3, c)])
  n += sum([n[1] -> separable(5, c), n[1] -> separable(3, c)])
  n += sum([n[0] -> pool(avg_pool, 3, c), n[1] -> pass(c)])
  n += sum([n[1] -> pool(avg_pool, 3, c), n[1] -> pool(avg_pool, 3, c)])
  n += sum([n[0] -> separable(3, c), n[0] -> pass(c)])
  out concat([n[1] if channels(n[1]) == c else n[1] -> conv(1, out = c) -> bn] + n[2..])
}
motif reduce = graph (before, last) {
  c = channels(last)
  n = [last, before]
  n += sum([n[0] -> separable(5, c, 2), n[1] -> separable(7, c, 2)])
  n += sum([n[0] -> pool(max_pool, 3, c, 2), n[1] -> separable(7, c, 2)])
  n += sum([n[0] -> pool(avg_pool, 3, c, 2), n[1] -> separable(5, c, 2)])
  n += sum([n[3] -> pass(c), n[2] -> pool(avg_pool, 3, c)])
  n += sum([n[2] -> separable(3, c), n[0] -> pool(max_pool, 3, c, 2)])
  out concat(n[3..])
}
network = image(3, 32, 32) -> nasnet_cifar(normal, reduce, 96, 7, 10)
"""


def test_nasnet_a_in_the_words_of_the_library() -> None:
    space = parse_space(NASNET_A)
    assert _cost(space, {}) == (32_590_954, 5_151_250_944)


# ------------------------------------------------------------------ ENAS


def test_enas_micro() -> None:
    arcs = {
        "normal": "0 2 0 0 0 4 0 1 0 4 1 1 1 0 0 1 0 2 1 1",
        "reduce": "1 0 1 0 0 3 0 2 1 1 3 1 1 0 0 4 0 3 1 1",
    }
    choices: dict[str, int] = {}
    for cell, arc in arcs.items():
        numbers = list(map(int, arc.split()))
        for i in range(5):
            names = (f"{cell}/i[{i}]/{end}" for end in ("a", "x/op", "b", "y/op"))
            choices |= dict(zip(names, numbers[4 * i : 4 * i + 4], strict=True))
    assert _cost(full("enas_micro"), choices) == (3_894_372, 620_907_552)


ENAS_MACRO = """
0 3 0 0 1 0 2 0 0 1 2 0 0 0 0 3 1 1 0 1 0 2 0 0 0 0 0 1 2 0 1 1 0 1 1 1 1 0 1 1 1 0 1 0 1 0 0 0 0 0 0 0 0 0
0 2 0 0 0 0 0 1 0 0 0 0 0 1 0 0 1 1 0 0 0 0 1 1 2 0 1 0 0 0 0 0 1 0 1 1 0 1 0 0 1 0 0 0 1 1 1 0 1 0 1 0 1 1
0 1 0 1 0 0 0 0 0 1 0 0 2 0 0 1 0 0 0 0 0 0 0 1 0 1 0 1 2 0 1 0 0 0 1 0 0 1 1 1 1 0 0 1 0 2 0 0 0 0 1 0 1 0
1 0 0 1 0 1 0 0 1 3 0 1 1 0 1 0 0 0 0 0 1 0 1 0 1 0 0 0 3 0 1 1 0 0 0 0 0 0 0 0 0 1 1 0 0 0 0 1 0 1 0 0 1 0
1 1 0 0 0 1 0 0 0 0 0 1 1 0 0 3 0 1 0 1 1 0 0 1 0 1 1 0 1 1 0 1 0 0 1 0 0 0 1 0 1 0 1 0 0 0 0 0 0 0 0 1 0 1
0 0 1 0 0 0 0 1 1 0 0 0 1 1 1 0 1 0 0 0 1 0 1 0 0 1 1 0 0 0
"""


def test_enas_macro() -> None:
    numbers = iter(map(int, ENAS_MACRO.split()))
    choices: dict[str, int] = {}
    for i in range(24):
        choices[f"graph/i[{i}]/y/op"] = next(numbers)
        choices |= {f"graph/i[{i}]/when/then/y[{j}]": next(numbers) for j in range(i)}
    space = load(path_of("enas_macro"), set={"layers": 24, "C": 96, "plain": True})
    assert _cost(space, choices) == (42_559_392, 5_646_094_080)


# ------------------------------------------------------------------ benchmarks

NB201_OPS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


@pytest.mark.parametrize(
    ("text", "classes", "params"),
    [
        (
            "nor_conv_3x3 nor_conv_3x3 nor_conv_3x3 nor_conv_3x3 nor_conv_3x3 nor_conv_3x3",
            10,
            1_531_546,
        ),
        (
            "avg_pool_3x3 nor_conv_1x1 skip_connect nor_conv_1x1 skip_connect skip_connect",
            10,
            129_306,
        ),
        (
            "avg_pool_3x3 nor_conv_1x1 skip_connect nor_conv_1x1 skip_connect skip_connect",
            100,
            135_156,
        ),
        ("skip_connect skip_connect skip_connect none nor_conv_1x1 none", 100, 107_156),
        (
            "nor_conv_3x3 nor_conv_3x3 nor_conv_3x3 skip_connect nor_conv_1x1 nor_conv_3x3",
            10,
            1_073_466,
        ),
        ("nor_conv_3x3 none nor_conv_3x3 skip_connect none skip_connect", 10, 559_386),
    ],
)
def test_nasbench201(text: str, classes: int, params: int) -> None:
    ops = iter(text.split())
    choices = {
        f"cell/i[{i}]/n/y[{j}]/edge": NB201_OPS.index(next(ops))
        for i in range(3)
        for j in range(i + 1)
    }
    assert _cost(load(path_of("nasbench201"), set={"classes": classes}), choices)[0] == params


@pytest.mark.parametrize(
    ("widths", "classes", "params"),
    [("8:8:8:8:8", 10, 11_714), ("8:8:8:8:8", 120, 12_704), ("8:8:40:32:40", 10, 144_834),
     ("64:64:64:64:64", 10, 713_674)],
)  # fmt: skip
def test_natsbench_size(widths: str, classes: int, params: int) -> None:
    choices = {f"widths/i[{i}]": int(w) // 8 - 1 for i, w in enumerate(widths.split(":"))}
    assert _cost(load(path_of("natsbench_size"), set={"classes": classes}), choices)[0] == params


def test_nasbench_macro() -> None:
    """The first three rows of the table."""
    names = ["stage/repeat", "stage#2/repeat", "stage#3/repeat"]
    paths = [f"{name}[{i}]" for name, n in zip(names, (2, 3, 3), strict=True) for i in range(n)]
    table = {
        "00000000": (387_882, 7_713_280),
        "00000001": (791_594, 14_115_328),
        "00000002": (1_219_370, 20_910_592),
    }
    for code, row in table.items():
        assert _cost(full("nasbench_macro"), dict(zip(paths, map(int, code), strict=True))) == row


NB101_OPS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")


@pytest.mark.parametrize(
    ("matrix", "ops", "params"),
    [
        ("0111010 0000001 0000001 0000100 0000001 0000001 0000000", (1, 0, 0, 0, 2), 2_694_282),
        ("010011 001110 000100 000010 000001 000000", (0, 1, 1, 0), 23_295_370),
        ("010 001 000", (0,), 10_177_674),
        ("01 00", (), 882_570),
    ],
)
def test_nasbench101(matrix: str, ops: tuple[int, ...], params: int) -> None:
    rows = matrix.split()
    last = len(rows) - 1
    choices = {f"op/i[{i}]": op for i, op in enumerate(ops)}
    for i, row in enumerate(rows):
        for j in range(1, len(rows)):
            if row[j] == "1":  # the output is vertex 6, vertices between are isolated
                choices[f"edge/j[{(6 if j == last else j) - 1}]/i[{i}]"] = 1
    assert _cost(full("nasbench101"), choices)[0] == params


# ------------------------------------------------------------------ mobile networks


def test_proxyless_mobile() -> None:
    labels = [f"{k}x{k}_MBConv{e}" for k in (3, 5, 7) for e in (3, 6)] + ["Zero"]
    blocks = iter(
        [
            "53",
            "33",
            "0",
            "0",
            "73",
            "33",
            "53",
            "53",
            "76",
            "53",
            "53",
            "53",
            "56",
            "53",
            "53",
            "53",
            "76",
            "76",
            "73",
            "73",
            "76",
        ]
    )
    choices: dict[str, int] = {}
    for stage, n in enumerate((4, 4, 4, 4, 4, 1), start=1):
        for i in range(n):
            block = next(blocks)
            label = "Zero" if block == "0" else f"{block[0]}x{block[0]}_MBConv{block[1]}"
            choices[f"stage{f'#{stage}' if stage > 1 else ''}/repeat[{i}]"] = labels.index(label)
    space = load(path_of("proxylessnas"), set={"w1": 32})
    assert _cost(space, choices) == (4_080_512, 320_427_584)  # published as 320.43M


OFA_595M = "33 54 33 | 54 54 36 53 | 76 56 33 54 | 36 56 76 34 | 36 36 56 33"  # kernel, expansion
OFA_S7EDGE = "33 33 | 53 34 | 54 34 | 54 54 | 36 53"


@pytest.mark.parametrize(
    ("text", "width", "size", "found"),
    [
        (OFA_595M, 1.2, 236, (9_135_928, 595_189_032)),
        (OFA_S7EDGE, 1.0, 144, (3_830_224, 66_444_032)),
    ],
)
def test_ofa(text: str, width: float, size: int, found: tuple[int, int]) -> None:
    choices: dict[str, int] = {}
    for number, unit in enumerate(text.split(" | "), start=1):
        layers = unit.split()
        at = f"unit{f'#{number}' if number > 1 else ''}/repeat"
        choices[f"{at}/count"] = len(layers) - 2
        for i, layer in enumerate(layers):
            choices[f"{at}[{i}]/k"] = "357".index(layer[0])
            choices[f"{at}[{i}]/e"] = "346".index(layer[1])
    settings = {"width": width, "smallest": size, "largest": size}
    assert _cost(load(path_of("ofa"), set=settings), choices) == found


def test_fbnet_c() -> None:
    labels = ["k3_e1", "k3_e1_g2", "k3_e3", "k3_e6", "k5_e1", "k5_e1_g2", "k5_e3", "k5_e6", "skip"]
    stages = (
        "k3_e1", "k3_e6 skip k3_e1 k3_e1", "k5_e6 k5_e3 k5_e6 k3_e6", "k5_e6 k5_e3 k5_e6 k5_e6",
        "k5_e6 k5_e6 k5_e6 k5_e3", "k5_e6 k5_e6 k5_e6 k5_e6", "k3_e6",
    )  # fmt: skip
    choices = {
        f"stage{f'#{s}' if s > 1 else ''}/repeat[{i}]": labels.index(block)
        for s, blocks in enumerate(stages, start=1)
        for i, block in enumerate(blocks.split())
    }
    assert _cost(full("fbnet"), choices) == (5_592_784, 378_136_224)


MNASNET_A1 = """
space mnasnet_a1
import "lib_mobile.nas"

motif quarter(c) = squeeze_excite(c/4)
motif stage(from, c, n, k, e, stride, squeezed) =
  mbconv(c, k, e, stride, act = relu, inner = quarter(from) if squeezed else identity)
  -> (n - 1) * mbconv(c, k, e, act = relu, inner = quarter(c) if squeezed else identity)

network = image(3, 224, 224) -> conv_act(32, 3, 2, act = relu) -> mbconv(16, 3, 1, act = relu)
  -> stage(16, 24, 2, 3, 6, 2, false)
  -> stage(24, 40, 3, 5, 3, 2, true)
  -> stage(40, 80, 4, 3, 6, 2, false)
  -> stage(80, 112, 2, 3, 6, 1, true)
  -> stage(112, 160, 3, 5, 6, 2, true)
  -> stage(160, 320, 1, 3, 6, 1, false)
  -> mobile_head(1280, 1000, act = relu)
"""


def test_mnasnet_a1_in_the_words_of_the_library() -> None:
    assert _cost(parse_space(MNASNET_A1), {}) == (3_887_038, 311_579_072)
