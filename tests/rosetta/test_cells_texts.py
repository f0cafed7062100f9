"""Texts of cells that are no DARTS genotypes: what is wrong with some, and conversions."""

from __future__ import annotations

from random import Random

import pytest

from nasdsl.costs import cost
from nasdsl.diagnostics import NasError
from nasdsl.encodings.convert import convert
from nasdsl.encodings.library import encoding, open_code
from nasdsl.source import load, shipped
from nasdsl.space import Space

from .test_rosetta import ENTRIES

SLIM = (
    '{"normal": {"operations": ["1x1", "none"], "hiddenstate_indices": [0, 1], "used_hiddenstates": [1, 1, 0]}, '
    '"reduction": {"used_hiddenstates": [1, 1, 0], "operations": ["3x3", "none"], "hiddenstate_indices": [0, 1]}}'
)

MICRO = "0 2 0 0 0 4 0 1 0 4 1 1 1 0 0 1"
MACRO = "0 3 0 0 1 0"
BITS = "[[[1], [0, 1], [0]], [[0], [1, 0], [1]]]"
EDGES = (
    '{"ops": ["max3", "dw3x3"], "motif1": {"12": "max3", "24": "dw3x3"}, "motif2": {"14": "avg3"}, '
    '"cell": {"12": 1, "25": 2}}'
)


@pytest.mark.parametrize(
    ("name", "text", "old", "new", "code", "message", "at"),
    [
        ("slim", SLIM, "3x3", "3x4", "NAS072", "did you mean `3x3`", "3x4"),
        ("slim", SLIM, '"1x1", ', "", "NAS073", "a block has two operations", '"normal"'),
        ("slim", SLIM, "[0, 1]", "[0, 2]", "NAS073", "block 0 reads states 0 to 1, not 2", "2]"),
        ("slim", SLIM, "[0, 1]}}", "[3, 1]}}", "NAS073", "block 0 reads states 0 to 1, not 3", "3, 1]}}"),
        ("slim", SLIM, "[0, 1]", "[0]", "NAS073", "2 operations and 1 hidden states", '"normal"'),
        ("slim", SLIM, "[1, 1, 0]", "[1, 0]", "NAS073", "3 states and 2 flags", '"normal"'),
        ("slim", SLIM, '{"used_hiddenstates": [1, 1, 0]', '{"used_hiddenstates": [1, 1, 1]', "NAS073", "put out", '"reduction"'),
        ("enas_micro", MICRO, " 1 0 0 1", " 1 0 0", "NAS073", "a node has four numbers", "0 2"),
        ("enas_micro", MICRO, "4 1 1 1 0", "4 1 1 3 0", "NAS073", "node 3 reads states 0 to 2, not 3", "3 0 0 1"),
        ("enas_micro", MICRO, "0 2", "0 5", "NAS073", "operators 0 to 4, not 5", "5 0"),
        ("nao", MICRO, "0 2", "0 16", "NAS073", "operators 0 to 15, not 16", "16 0"),
        ("nao", MICRO, "0 2", "2 2", "NAS073", "node 2 reads states 0 to 1, not 2", "2 2"),
        ("enas_macro", MACRO, "3 0", "3", "NAS073", "1, 3, 6, 10, … numbers, not 5", "0 3"),
        ("enas_macro", MACRO, "3 0", "3 2", "NAS073", "a bit 0 or 1, not 2", "2 0"),
        ("enas_macro", MACRO, "3 0", "6 0", "NAS073", "an operator is 0 to 5", "6 0"),
        ("nsganet_macro", BITS, "[0, 1]", "[0, 1, 1]", "NAS073", "node 3 has 2 bits", "[0, 1, 1]"),
        ("nsganet_macro", BITS, "[1, 0]", "[1, 2]", "NAS071", "`2` where `]` or a `bit`", "2"),
        ("motif_edges", EDGES, '"24"', '"42"', "NAS073", "to a later one", '"42"'),
        ("motif_edges", EDGES, "motif2", "motif3", "NAS073", "motif 2 is next, not 3", '"motif3"'),
        ("motif_edges", EDGES, '5": 2', '5": 3', "NAS073", "there are motifs 1 to 2, not 3", '"25"'),
        ("motif_edges", EDGES, "avg3", "avg33", "NAS072", "did you mean `avg3`", "avg33"),
        ("genetic_bits", "S_1=000 S_2=0", "000", "0000", "NAS073", "1, 3, 6, 10, …, not 4", "S_1"),
        ("genetic_bits", "S_1=000 S_2=0", "S_2", "S_3", "NAS073", "stage 2 is next, not 3", "S_3"),
        ("amoebanetd", "amoebanetd(num_layers=18)", "18", "17", "NAS073", "a multiple of 3", "num_layers=17"),
        ("amoebanetd", "amoebanetd(num_layers=18)", "num_layers=18", "num_filters=8", "NAS074", "`num_layers` is missing", "num_filters"),
        ("slim", SLIM, ', "hiddenstate_indices": [0, 1]', "", "NAS074", "`hiddenstate_indices` is missing", '"operations'),
    ],
)  # fmt: skip
def test_mistakes_stand_where_they_are(
    name: str, text: str, old: str, new: str, code: str, message: str, at: str
) -> None:
    with pytest.raises(NasError) as caught:
        encoding(name).decode(text.replace(old, new, 1))
    (found,) = caught.value.diagnostics
    assert found.code == code and message in f"{found.message} {found.help}"
    assert found.span is not None and found.span.source.text[found.span.start :].startswith(at)


def _text(id: str) -> str:
    return next(str(e["string"]) for e in ENTRIES if e["id"] == id)


@pytest.mark.parametrize(
    ("source", "target", "id"),
    [
        ("slim", "darts", "nasnet-a-mobile-4@1056"),
        ("darts", "slim", "darts-nasnet-cifar-C36-L20-K10"),
        ("nao", "enas_micro", "nao-v2-cifar-C36"),
        ("motif_edges", "hierarchical", "hierarchical-evo-cifar"),
        ("genetic_bits", "genetic_cnn", "geneticcnn-mnist-zero"),
    ],
)
def test_conversions_lose_nothing(source: str, target: str, id: str) -> None:
    there = convert(_text(id), source, target)
    assert there.lost == ()
    assert convert(there.text, target, source).lost == ()


def test_the_genotype_of_nasnet_is_its_release() -> None:
    """DARTS writes NASNet's cells itself, but without the state that the normal cell puts out as it is."""
    mine = convert(_text("nasnet-a-mobile-4@1056"), "slim", "darts").text
    theirs = encoding("darts").decode(_text("darts-nasnet-cifar-C36-L20-K10"))
    found = encoding("darts").decode(mine)
    assert found["normal"] == theirs["normal"]
    assert set(found["normal_concat"]) - set(theirs["normal_concat"]) in (set(), {0})


@pytest.mark.slow
def test_a_space_leads_from_one_notation_to_another() -> None:
    space = Space(load(shipped()["nasnet.nas"]), {"blocks": 5})
    genotype = next(
        g
        for g in (space.sample(Random(i)) for i in range(5000))
        if "concat" not in space.encode(g, "nasnet")
    )
    found = convert(space.encode(genotype, "nasnet"), "nasnet", "slim")
    assert found.text == space.encode(genotype, "slim")


def test_nao_has_operators_that_enas_has_not() -> None:
    with pytest.raises(NasError, match="there are operators 0 to 4, not 7"):
        convert(_text("naonet-a-cifar-C36"), "nao", "enas_micro")


@pytest.mark.parametrize("seed", range(4))
def test_a_code_is_the_member_of_the_space(seed: int) -> None:
    space = Space(load(shipped()["genetic_cnn.nas"]), {})
    genotype = space.sample(Random(seed))
    program, only = open_code("genetic_cnn", space.encode(genotype, "genetic_cnn"))
    assert cost(program.build(only)) == cost(space.build(genotype))


def test_the_published_size_of_nsganets_other_decoder() -> None:
    """3.37M (Lu et al. 2019, table 1), of the nodes of a DenseNet."""
    space, genotype = open_code(
        "nsganet_macro", _text("nsganet-macro-residual"), {"decoder": "dense"}
    )
    assert round(cost(space.build(genotype)).params / 1e4) == 337


def test_a_text_of_edges_is_the_same_network_by_nodes() -> None:
    text = _text("hierarchical-evo-cifar")
    found = [
        cost(space.build(genotype))
        for name, code in (
            ("motif_edges", text),
            ("hierarchical", convert(text, "motif_edges", "hierarchical").text),
        )
        for space, genotype in [open_code(name, code)]
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("id", ["amoebanet-a-mobile", "amoebanet-c-mobile"])
def test_what_a_genotype_cannot_say(id: str) -> None:
    with pytest.raises(NasError, match=r"NAS075|NAS564"):
        convert(_text(id), "slim", "darts")
