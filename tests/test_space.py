"""What strategies rely on: ranks, samples, edits, texts and costs of random spaces agree."""

from __future__ import annotations

from itertools import islice, pairwise
from random import Random
from typing import Any

import networkx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nasdsl.architecture import Architecture, Graph
from nasdsl.canonical import architecture_hash
from nasdsl.costs import Cost, cost
from nasdsl.diagnostics import NasError
from nasdsl.format import format_text
from nasdsl.genotype import Genotype
from nasdsl.printer import print_architecture
from nasdsl.space import Space, parse_space

from .generate import spaces
from .test_meaning import open_space

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)


@st.composite
def small_spaces(draw: Any) -> Space:
    space = open_space(draw(spaces()))
    assume(space.size is not None and space.size <= 400)
    return space


def some(space: Space, count: int = 12) -> list[Genotype]:
    assert space.size is not None
    return [space.unrank(r) for r in range(0, space.size, max(1, space.size // count))]


@FEW
@given(small_spaces())
def test_enumeration(space: Space) -> None:
    found = list(space.enumerate())
    assert len(found) == space.size == len(set(found))
    assert all(space.contains(g) for g in found)
    assert [space.rank(g) for g in found] == list(range(len(found)))
    assert [space.unrank(r) for r in range(len(found))] == found
    assert all(a.choices < b.choices for a, b in pairwise(found)), "not in lexicographic order"
    third = len(found) // 3
    shards = [(0, third), (third, 2 * third + 1), (2 * third + 1, None)]
    assert [g for start, stop in shards for g in space.enumerate(start, stop)] == found
    assert all(space.read(space.text(g)) == g for g in found)


@FEW
@given(small_spaces(), SEEDS)
def test_edits(space: Space, seed: int) -> None:
    rng = Random(seed)
    everything = set(space.enumerate())
    for _ in range(5):
        g, other = space.sample(rng), space.sample_uniform(rng)
        assert {g, other, space.crossover(g, other, rng)} <= everything
        around = list(space.neighbours(g))
        assert len(around) == len(set(around)) and set(around) <= everything - {g}
        mutant = space.mutate(g, rng)
        assert mutant in everything
        assert (mutant == g) == (not around)
        assert (space.distance(g, mutant) >= 1) == (mutant != g)
        flat = {n for n in everything if space.distance(g, n) == 1}
        assert flat <= set(around), "a single change is missing"


@FEW
@given(small_spaces(), SEEDS)
def test_mutation_keeps_the_rest(space: Space, seed: int) -> None:
    rng = Random(seed)
    g = space.sample(rng)
    mutant = space.mutate(g, rng)
    before = {d.path: d.index for d in space.decisions(g)}
    after = {d.path: d.index for d in space.decisions(mutant)}
    changed = next((p for p in before if p in after and before[p] != after[p]), None)
    assert (changed is None) == (mutant == g)
    if changed is not None and space.distance(g, mutant) > 1:
        assert changed in before, "what else differs depends on this decision"


@FEW
@given(small_spaces(), SEEDS)
def test_distance_is_a_metric(space: Space, seed: int) -> None:
    rng = Random(seed)
    a, b, c = (space.sample(rng) for _ in range(3))
    assert space.distance(a, b) == space.distance(b, a)
    assert (space.distance(a, b) == 0) == (a == b)
    assert space.distance(a, c) <= space.distance(a, b) + space.distance(b, c)


@FEW
@given(spaces())
def test_layout_does_not_matter(text: str) -> None:
    space = open_space(text)
    again = parse_space(format_text(text))
    assert again.hash == space.hash
    assert list(again.all_decisions()) == list(space.all_decisions())


@FEW
@given(small_spaces())
def test_architectures(space: Space) -> None:
    for genotype in some(space, 6):
        architecture = space.build(genotype)
        found = cost(architecture)
        assert found == recount(architecture)
        for low, high, value in (
            (*space.cost_range.params, found.params), (*space.cost_range.macs, found.macs),
        ):  # fmt: skip
            assert low <= value <= high, "outside the range of costs"
        printed = parse_space(print_architecture(architecture))
        assert printed.size == 1
        again = printed.build(printed.unrank(0))
        assert architecture_hash(again) == architecture_hash(architecture)
        assert cost(again) == found


def flatten(architecture: Architecture) -> networkx.DiGraph:
    """The network without nested graphs; a node's kind is its operator with everything about it."""
    flat = networkx.DiGraph()
    inputs = []
    for i, item in enumerate(architecture.inputs):
        flat.add_node(i, kind=("input", i, item.shape), node=None)
        inputs.append((i, item.shape))

    def visit(graph: Graph, values: list[Any]) -> list[Any]:
        values = list(values)
        for node in graph.nodes:
            sources = [values[i] for i in node.inputs]
            if node.body is not None:
                values += visit(node.body, sources)
                continue
            me = len(flat)
            flat.add_node(me, kind=(node.name, node.attrs, node.shapes), node=node, sources=sources)
            for place, (source, _) in enumerate(sources):
                flat.add_edge(
                    source,
                    me,
                    uses=flat.get_edge_data(source, me, {"uses": 0})["uses"] + 1,
                    last=place,
                )
            values.append((me, node.shapes[0]))
        return [values[o] for o in graph.outputs]

    for place, (output, _) in enumerate(visit(architecture.graph, inputs)):
        flat.add_node(("out", place), kind=("out", place), node=None)
        flat.add_edge(output, ("out", place), uses=1, last=0)
    return flat


def recount(architecture: Architecture) -> Cost:
    """The cost, counted node by node."""
    flat = flatten(architecture)
    params = macs = activations = 0
    depth: dict[Any, int] = {}
    for name in networkx.topological_sort(flat):
        node = flat.nodes[name]["node"]
        mine = 0
        if node is not None:
            shapes, attrs = [s for _, s in flat.nodes[name]["sources"]], dict(node.attrs)
            params += node.op.parameters(shapes, attrs)
            mine = node.op.macs(shapes, attrs)
            macs += mine
            activations += node.shapes[0][0] if mine else 0
        depth[name] = max((depth[p] for p in flat.predecessors(name)), default=0) + (mine > 0)
    longest = max(depth[n] for n in flat if isinstance(n, tuple))
    return Cost(params, macs, activations, longest)


def test_sample_uniform_is_uniform() -> None:
    text = "network = vector(4) -> (relu | (linear(4) | tanh) -> (relu | linear(4) | tanh))"
    space = parse_space(text)
    rng = Random(3)
    draws = 7000
    counts = [0] * 7
    assert space.size == 7
    for _ in range(draws):
        counts[space.rank(space.sample_uniform(rng))] += 1
    chi = sum((c - draws / 7) ** 2 / (draws / 7) for c in counts)
    assert chi < 22.5  # 0.999 quantile of 6 degrees of freedom
    plain = [0] * 7
    for _ in range(draws):
        plain[space.rank(space.sample(rng))] += 1
    assert abs(plain[0] / draws - 0.5) < 0.03, "a decision is drawn over its own options"


def test_continuous_decisions() -> None:
    space = parse_space(
        "let rate = any 0.1..0.5\nlet far = any 1e-4..1e-1 log\n"
        "network = vector(4) -> (dropout(rate) | relu) -> linear(4) -> dropout(far)"
    )
    assert space.size is None
    rng = Random(0)
    logs = 0
    for _ in range(200):
        g = space.sample(rng)
        values = {d.path: d.index for d in space.decisions(g)}
        assert 0.1 <= values["rate"] <= 0.5 and 1e-4 <= values["far"] <= 1e-1
        logs += values["far"] < 3.2e-3
        assert space.read(space.text(g)) == g
        assert space.contains(space.mutate(g, rng)) and space.contains(
            space.crossover(g, space.sample(rng), rng)
        )
    assert 60 < logs < 140, "half of the draws lie below the geometric middle"
    for broken in (space.rank, lambda g: space.unrank(0), lambda g: space.sample_uniform(rng)):
        with pytest.raises(NasError, match="NAS460"):
            broken(g)


def test_constraints_are_counted() -> None:
    head = "let a = any 1..4\nlet b = any 1..4\nlet c = some of 1..3\n"
    network = "network = vector(4) -> linear(a) -> linear(b) -> linear(1 + sum(c))\n"
    free = parse_space(head + network)
    bound = parse_space(head + network + "require a + b < 6 and len(c) != 2, a != b or 2 in c\n")
    wanted = 0
    for genotype in free.enumerate():
        value = {d.path: int(d.index) for d in free.decisions(genotype)}
        a, b = value["a"] + 1, value["b"] + 1
        c = [i for i in (1, 2, 3) if value[f"c[{i - 1}]"]]
        wanted += a + b < 6 and len(c) != 2 and (a != b or 2 in c)
    assert bound.size == wanted > 0


def test_cost_limits() -> None:
    space = parse_space(
        "network = vector(8) -> repeat any 1..3 { linear(any [4, 8, 64]) } -> linear(2)\nrequire params < 300, macs > 60\n"
    )
    rng = Random(0)
    held = 0
    for genotype in space.enumerate():
        found = cost(space.build(genotype))
        fits = found.params < 300 and found.macs > 60
        held += fits
        assert space.feasible(genotype) == fits == (space.violation(genotype) == 0)
    assert 0 < held < (space.size or 0)
    for _ in range(20):
        assert space.feasible(space.sample_feasible(rng))


def test_a_network_has_one_hash() -> None:
    """Small random graphs: equal hashes exactly where networkx finds an isomorphism."""
    rng = Random(5)
    found = []
    for _ in range(60):
        lines = ["s0 = x"]
        for i in range(1, rng.randint(2, 4)):
            op = rng.choice(["relu", "tanh"])
            one, two = rng.randrange(i), rng.randrange(i)
            lines.append(f"s{i} = sum([s{one} -> {op}, s{two} -> relu])")
        text = (
            "network = vector(4) -> graph (x) { " + "\n".join(lines) + f"\nout s{len(lines) - 1} }}"
        )
        space = parse_space(text)
        found.append(space.build(space.unrank(0)))
    graphs = [live(flatten(a)) for a in found]
    for i, one in enumerate(found):
        for j in range(i):
            same = networkx.is_isomorphic(
                unfold(graphs[i]), unfold(graphs[j]), node_match=lambda a, b: a["kind"] == b["kind"]
            )
            assert (architecture_hash(one) == architecture_hash(found[j])) == same


def live(flat: networkx.DiGraph) -> networkx.DiGraph:
    return flat.subgraph(networkx.ancestors(flat, ("out", 0)) | {("out", 0)})


def unfold(flat: networkx.DiGraph) -> networkx.DiGraph:
    """The tree of uses: what a hash of terms sees (operators without weights may be shared or not)."""
    tree = networkx.DiGraph()

    def visit(name: Any) -> int:
        me = len(tree)
        tree.add_node(me, kind=flat.nodes[name]["kind"])
        for before in flat.predecessors(name):
            for _ in range(flat.edges[before, name]["uses"]):
                tree.add_edge(visit(before), me)
        return me

    visit(("out", 0))
    return tree


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("sum([x -> relu, x -> tanh])", "sum([x -> tanh, x -> relu])", True),
        ("x -> relu -> identity", "x -> relu", True),
        ("sum([x -> linear(4), x -> linear(4)])", "x -> linear(4)", False),
        (
            "concat([x -> relu, x -> tanh]) -> linear(4)",
            "concat([x -> tanh, x -> relu]) -> linear(4)",
            False,
        ),
        ("x -> linear(3) -> linear(4)", "x -> linear(4) -> linear(4)", False),
        ("x -> relu", "x -> tanh", False),
    ],
)
def test_hashes(one: str, two: str, same: bool) -> None:
    hashes = []
    for body in (one, two):
        space = parse_space(f"network = vector(4) -> graph (x) {{ out {body} }}")
        hashes.append(architecture_hash(space.build(space.unrank(0))))
    assert (hashes[0] == hashes[1]) == same


def test_shards_of_a_large_space() -> None:
    space = parse_space("network = vector(4) -> repeat 40 { relu | tanh | linear(4) }")
    assert space.size == 3**40
    middle = 3**39 + 12345
    found = list(islice(space.enumerate(middle), 5))
    assert [space.rank(g) for g in found] == list(range(middle, middle + 5))
