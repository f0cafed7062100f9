"""Views: what value a genotype has in a notation, read back by matching."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from nasdsl.diagnostics import NasError
from nasdsl.genotype import Genotype
from nasdsl.space import Space, parse_space

SPACE = """
space small
param most = 3
encoding v free { code = "{literal}" }

motif edge = one of { conv: conv(any [1, 3, 5]) -> bn pool: max_pool(3) skip: identity }
let width = any [8, 16, 32]
let gap = any [false, true]
let picked = pick 2 of [10, 20, 30, 40]
let order = permutation of ["a", "b", "c"]
let bits = some of ["x", "y", "z"]
let depth = any 1..most

network = image(3, 8, 8) -> graph (x) {
  s = [x -> conv(3, out = width)]
  for i in 0..1 {
    s += sum(pick 2 of [y -> edge for y in s + [s[0]]])
  }
  n = len([1 for b in bits]) + picked[0] + (1 if gap else 0) + (1 if order[0] == "a" else 0)
  out s[-1] -> repeat depth as i { edge } -> global_avg_pool -> linear(n)
}
encode v = VIEW
"""

# For each decision, or group of decisions, some ways to write it.
EDGE = '(case `{0}` {{ conv: e(op = "conv", k = `{0}=conv/conv.kernel`), pool: e(op = "pool"), skip: e(op = "skip") }})'
EDGE_INDEX = "(case `{0}` {{ conv: [0, 2, 4][0] + `{0}=conv/conv.kernel`, pool: 0, skip: 10 }})"
EDGE_NONE = (
    '([none] if `{0}` == "skip" else [`{0}`] + '
    '([`{0}=conv/conv.kernel` * 2 - 1] if `{0}` == "conv" else []))'
)
EDGES = [EDGE, EDGE_INDEX, EDGE_NONE]
WAYS: dict[str, list[str]] = {
    "width": ["`width`", "`width` * 2 + 1", "[8, 16, 32][0] + `width`", "r(w = `width`)",
              "case `width` { 8: \"S\", 16: \"M\", else: \"L\" }"],
    "gap": ["`gap`", "(1 if `gap` else 0)", "[not `gap`]", "(\"yes\" if `gap` == true else \"no\")"],
    "picked": ["`picked`", "[p / 10 for p in [1]] + [p for p in `picked`]",
               "[1 if p in `picked` else 0 for p in [10, 20, 30, 40]]", "[r(p = p + 1) for p in `picked`]",
               "[p for p in [40, 30, 20, 10] if p in `picked`]"],
    "order": ["`order`", "[[i, x] for i, x in `order`]"],
    "bits": ["`bits`", "[1 if x in `bits` else 0 for x in [\"x\", \"y\", \"z\"]]",
             "[[x, 1] for x in `bits`]", "[x for x in [\"z\", \"x\", \"y\"] if x in `bits`]",
             "[`bits[\"x\"]`, `bits[\"y\"]`, `bits[\"z\"]`]"],
}  # fmt: skip


@st.composite
def views(draw: st.DrawFn) -> str:
    """A list or record with each decision somewhere in it."""
    parts = [draw(st.sampled_from(ways)) for ways in WAYS.values()]
    edge = draw(st.sampled_from(EDGES))
    nodes = [
        "[" + edge.format(f"graph/i[{i}]/s={{j}}/edge") + f" for j in {source}]"
        for i, source in ((0, "any_order([0, 1])"), (1, "`graph/i[1]/s`"))
    ]
    nodes = [
        f"[[j, {n[1:].split(' for j in ')[0]}] for j in {n.split(' for j in ')[1]}" for n in nodes
    ]
    layer = draw(st.sampled_from(EDGES)).format("graph/out/repeat[{i}]/edge")
    layers = draw(st.sampled_from([
        f"[{layer} for i in 0..`depth`-1]",
        f"[{layer} for i in 0..most-1 if i < `depth`]",
        f"r(d = `depth`, l = [{layer} if `depth` > i else anything(0) for i in 0..most-1])",
    ]))  # fmt: skip
    parts = list(draw(st.permutations([*parts, *nodes, layers])))
    while len(parts) > 1:
        at = draw(st.integers(0, len(parts) - 2))
        count = draw(st.integers(2, 4))
        group = parts[at : at + count]
        if draw(st.booleans()):
            names = ", ".join(f"f{i} = {p}" for i, p in enumerate(group))
            made = f"r({names})"
        else:
            made = f"[{', '.join(group)}]"
        parts[at : at + count] = [made]
    return parts[0]


def space(view: str, more: str = "") -> Space:
    return parse_space(more + SPACE.replace("VIEW", view))


def message(text: str, of: Space, name: str = "v") -> str:
    with pytest.raises(NasError) as error:
        of.decode(text, name)
    return str(error.value)


@settings(max_examples=15, deadline=None, phases=[Phase.generate])
@given(views(), st.integers(0, 10**6))
def test_what_is_written_is_read(view: str, seed: int) -> None:
    of = space(view)
    for i in range(5):
        genotype = of.sample(Random(seed + i))
        text = of.encode(genotype, "v")
        assert of.decode(text, "v") == genotype, text
        assert of.encode(of.decode(text, "v"), "v") == text


def test_names_of_views() -> None:
    assert space("`width`").encodings == ("v",)
    with pytest.raises(NasError, match="NAS084"):
        space("`width`").encode(Genotype((0,)), "w")


def test_a_choice_without_order_is_read_in_any() -> None:
    of = space("[`picked`, [r(p = p) for p in `picked`]]")
    assert of.decode("[[40, 10], [{'p': 10}, {'p': 40}]]", "v") == of.decode(
        "[[10, 40], [{'p': 40}, {'p': 10}]]", "v"
    )


def test_a_decision_that_is_written_twice_must_agree() -> None:
    of = space("[`width`, `width` * 2]")
    assert of.encode(of.decode("[16, 32]", "v"), "v") == "[16, 32]"
    assert "32 where 16 should stand" in message("[16, 64]", of) + message("[32, 32]", of)


def test_messages_point_at_the_text() -> None:
    of = space("[`width`, [`order`, `depth`]]")
    found = message("[16, [['a', 'b', 'c'], 4]]", of)
    assert ":1:24:" in found and "4 where 1, 2 or 3 should stand" in found and "`depth`" in found
    assert ":1:2:" in message("[7, [['a', 'b', 'c'], 4]]", of)
    assert "a list of 1 where a list of 2" in message("[7]", of)


def test_a_near_word_is_suggested() -> None:
    of = space("[`graph/out/repeat[0]/edge`]")
    assert "did you mean `conv`" in message("['cnov']", of)


def test_what_a_requirement_excludes_is_no_member() -> None:
    of = space("[`width`, `depth`]", "require width > 8 or depth > 1\n")
    assert of.encode(of.decode("[8, 2]", "v"), "v") == "[8, 2]"
    found = message("[8, 1]", of)
    assert "NAS086" in found and "`depth` cannot be 1 with the rest" in found


def test_a_word_that_is_missing() -> None:
    of = space("case `width` { 8: 1, 16: 2 }")
    wide = of.genotype({"width": 2})
    with pytest.raises(NasError, match="`v` has no word for 32, which `width` is here"):
        of.encode(wide, "v")


@pytest.mark.parametrize(
    ("view", "code", "words"),
    [
        ("`wdith`", "NAS080", "did you mean `width`"),
        ("[`graph/i[{width}]/s`]", "NAS081", "named by its path"),
        ("[`graph/i[{1 +}]/s`]", "NAS161", "in the path"),
        ("[`graph/i[{no}]/s`]", "NAS101", "`no` is not defined"),
        ("conv(3)", "NAS081", "means nothing in a view"),
        ("relu", "NAS081", "has no value in a view"),
        ("relu -> bn", "NAS081", "cannot stand"),
        ("[1, 2][5]", "NAS083", "no element 5"),
        ("[[x for y in 1..2] for x in `picked` for z in 1..2]", "NAS082", "is decided"),
    ],
)
def test_mistakes_of_views(view: str, code: str, words: str) -> None:
    with pytest.raises(NasError) as error:
        of = space(view)
        of.encode(of.sample(Random(0)), "v")
    assert code in str(error.value)
    assert words in str(error.value)
