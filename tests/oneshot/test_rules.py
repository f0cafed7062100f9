"""What the papers say of single steps, by hand-computed numbers."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest
import torch

from nasdsl import load
from nasdsl.oneshot.choices import Choice, choices_of
from nasdsl.oneshot.config import OneShotConfig
from nasdsl.oneshot.darts import DartsConfig, DartsMethod
from nasdsl.oneshot.drawn import Drawn
from nasdsl.oneshot.engine import cosine
from nasdsl.oneshot.fairnas import fair
from nasdsl.oneshot.hessian import largest_eigenvalue
from nasdsl.oneshot.one_shot import dropped
from nasdsl.oneshot.pc_darts import PcDartsConfig, PcDartsMethod
from nasdsl.oneshot.proxylessnas import keep_share
from nasdsl.oneshot.robust_darts import collapses
from nasdsl.oneshot.spos import SposConfig, evolve
from nasdsl.oneshot.supernets import make_supernet
from nasdsl.relax import relax
from nasdsl.strategies import make_strategy
from tests.documents import ROOT

from .cases import Case, engine_of, space_of

EDGE = "graph/i[0]/s=0/edge"


def method_of(case: Case, **more: Any) -> tuple[Any, Any]:
    engine = engine_of(case, space_of("cell"), **more)
    engine.method.begin(engine)
    engine.method.before_epoch(engine)
    return engine, engine.method


def test_the_learning_rate_is_half_a_cosine() -> None:
    config = OneShotConfig(lr=0.1, final_lr=0.02)
    shares = [cosine(config, p) for p in (0.0, 1 / 3, 0.5, 1.0)]
    assert shares == pytest.approx([0.1, 0.08, 0.06, 0.02])


def test_darts_and_pc_darts_have_their_numbers_of_parameters() -> None:
    """2 cells of 14 edges and 8 operators, `none` among them; one β an edge more (PC-DARTS)."""
    space: Any = load(ROOT / "spaces" / "darts.nas", set={"C": 4, "layers": 3})
    choices = choices_of(space, relax(space).choices)
    darts = DartsMethod(DartsConfig(), space, choices, 0)
    pc = PcDartsMethod(PcDartsConfig(), space, choices, 0)
    assert sum(p.numel() for p in darts.params()) == 224
    assert sum(p.numel() for p in pc.params()) == 252
    without = DartsMethod(DartsConfig(absent=False), space, choices, 0)
    assert sum(p.numel() for p in without.params()) == 28 * 7 + 2 * (3 + 4 + 5)


def test_darts_weights_are_softmaxes_and_none_goes_nowhere() -> None:
    engine, method = method_of(Case("darts"))
    with torch.no_grad():
        method.alphas.params[EDGE].copy_(torch.tensor([0.0, math.log(2), 0.0, math.log(4)]))
    gates = method.gates(engine)
    assert gates[EDGE].weights.tolist() == pytest.approx([1 / 8, 1 / 4, 1 / 8])
    assert gates["graph/i[2]/s"].weights is None and gates["graph/i[2]/s"].active == (0, 1, 2)


def test_pc_darts_weighs_edges_by_their_softmax() -> None:
    """By the gate of the pick; by the operators' weights where a pick leaves nothing to choose."""
    engine, method = method_of(Case("pc_darts", {"warm_up": 0}))
    pick, forced = "graph/i[2]/s", "graph/i[1]/s"
    with torch.no_grad():
        method.betas.params[pick].copy_(torch.tensor([0.0, 0.0, math.log(2)]))
        method.betas.params[forced].copy_(torch.tensor([0.0, math.log(3)]))
        for alpha in method.alphas:
            alpha.zero_()
    gates = method.gates(engine)
    assert gates[pick].weights.tolist() == pytest.approx([1 / 4, 1 / 4, 1 / 2])
    assert gates["graph/i[2]/s=0/edge"].weights.tolist() == pytest.approx([1 / 4] * 3)
    assert gates["graph/i[1]/s=1/edge"].weights.tolist() == pytest.approx([3 / 16] * 3)
    assert method.strengths()[pick] == pytest.approx([1 / 16, 1 / 16, 1 / 8])


@pytest.mark.parametrize("name", ["gdas", "proxylessnas", "random_sharing"])
def test_sampled_paths_run_one_option_of_a_choice(name: str) -> None:
    """Six edges at most, and two bits: as many maps, however many options an edge has."""
    engine, method = method_of(Case(name))
    batch = engine.held(1)[0]
    for _ in range(10):
        engine.loss(batch, method.gates(engine))
        assert len(engine.supernet.ran) <= 6 + 3 + 2


def test_gdas_gates_are_hard_with_soft_gradients() -> None:
    engine, method = method_of(Case("gdas"), epochs=11)
    assert method.temperature(engine) == 10.0
    engine.epoch = 10
    assert method.temperature(engine) == pytest.approx(0.1)
    gate = method.gates(engine)[EDGE]
    (taken,) = gate.active
    assert gate.weights[taken] in (0.0, 1.0) and gate.weights.requires_grad


@pytest.mark.parametrize("name", ["darts", "gdas", "pc_darts"])
def test_norms_in_mixtures_leave_the_scale_to_the_logits(name: str) -> None:
    space = load(ROOT / "spaces" / "nasbench201.nas", set={"C": 8, "N": 1, "size": 8})
    entry: Any = make_strategy(name, space, {}, 0)
    net = make_supernet(space, 0, entry.method.options(entry.Config())).module.net
    affine = {k.count("."): m.affine for k, m in net.named_modules() if hasattr(m, "affine")}
    assert affine == {0: True, 1: False}  # of the network itself, and of its cells


def test_data_joins_its_samples() -> None:
    engine, method = method_of(Case("data", {"members": 6}))
    counts = {len(g.active) for _ in range(20) for g in method.gates(engine).values()}
    assert max(counts) >= 2 and min(counts) >= 0
    one, single = method_of(Case("data", {"members": 1}))
    edges = [g for _ in range(20) for p, g in single.gates(one).items() if p.endswith("edge")]
    assert {len(g.active) for g in edges} == {1}


def test_snas_needs_no_samples_held_out() -> None:
    engine, method = method_of(Case("snas"))
    before = [p.detach().clone() for p in method.params()]
    batch = next(engine.loader.train(engine.loader.weights, 1))
    method.step(engine, batch, None)
    assert any(not torch.equal(p, b) for p, b in zip(method.params(), before, strict=True))


def test_binary_gates_pass_their_gradient_to_the_two_logits() -> None:
    """p = (1/4, 3/4) of the pair, ∂L/∂g = (2, 4): p_i (∂L/∂g_i - 3.5)."""
    _, method = method_of(Case("proxylessnas"))
    logits = torch.tensor([0.0, math.log(3), 5.0, 0.0])
    with torch.no_grad():
        method.alphas.params[EDGE].copy_(logits)
    pair = torch.tensor([1.0, 1.0, 0.0, 0.0])
    found = method._logits_gradient(EDGE, torch.tensor([2.0, 4.0, 9.0, 9.0]), pair)
    assert found.tolist() == pytest.approx([-0.375, 0.375, 0, 0])


def test_the_pair_keeps_its_share() -> None:
    before = torch.tensor([1.0, 2.0, 3.0])
    logits = torch.tensor([5.0, 4.0, 9.0])
    keep_share(logits, before, torch.tensor([1.0, 1.0, 0.0]))
    assert logits[2] == 3.0 and float(logits[0] - logits[1]) == pytest.approx(1.0)
    assert logits.softmax(0)[2] == pytest.approx(float(before.softmax(0)[2]))


def test_xnas_rewards_multiply_and_wipe_out() -> None:
    """η = 1, L = 1: after rewards (1, 0, -1, 0) one is e² as heavy as another; with no step left,
    whatever is behind cannot win."""
    _, method = method_of(Case("xnas", {"eta": 1.0}))
    method._steps_left = 10
    method.reward(EDGE, torch.tensor([5.0, 0.0, -1.0, 0.0]))  # bounded to 1
    assert method.alphas.params[EDGE].tolist() == pytest.approx([0, -1, -2, -1])
    method._steps_left = 0
    method.reward(EDGE, torch.zeros(4))
    assert method.alphas.params[EDGE].tolist() == [0, -math.inf, -math.inf, -math.inf]
    assert method.probabilities()[EDGE] == [1, 0, 0]


def test_the_largest_eigenvalue_of_known_matrices() -> None:
    torch.manual_seed(0)
    for size in (1, 2, 3, 30):
        root = torch.randn(size, size, dtype=torch.float64)
        matrix = root + root.T
        x = torch.randn(size, dtype=torch.float64, requires_grad=True)
        parts = [p.detach().requires_grad_() for p in x.split(max(1, size // 2))]

        def loss(parts: list[torch.Tensor] = parts, matrix: torch.Tensor = matrix) -> torch.Tensor:
            whole = torch.cat(parts)
            return whole @ matrix @ whole / 2 + whole.sum()

        expected = float(torch.linalg.eigvalsh(matrix)[-1])
        assert largest_eigenvalue(loss, parts) == pytest.approx(expected, rel=1e-2)


def test_the_largest_eigenvalue_of_a_supernet() -> None:
    engine, method = method_of(Case("darts", {"arch_init": 0.3, "precision": "fp64"}))
    batch, params = engine.held(1)[0], method.params()

    def loss() -> torch.Tensor:
        return engine.loss(batch, method.gates(engine))

    slopes = torch.autograd.grad(loss(), params, create_graph=True)
    flat = torch.cat([s.flatten() for s in slopes])
    rows = [torch.cat([g.flatten() for g in torch.autograd.grad(
        f, params, retain_graph=True, allow_unused=True, materialize_grads=True)]) for f in flat]  # fmt: skip
    expected = float(torch.linalg.eigvalsh(torch.stack(rows))[-1])
    assert largest_eigenvalue(loss, params) == pytest.approx(expected, rel=1e-2)


def test_robust_darts_compares_means_of_windows() -> None:
    assert not collapses([1.0, 1.0, 9.0, 9.0], 2, 0.75)  # too early to tell
    assert collapses([0.0, 1.0, 1.0, 1.0, 2.0], 2, 0.75)  # 1 / 1.5
    assert not collapses([0.0, 1.0, 1.0, 1.0, 1.5], 2, 0.75)  # 1 / 1.25
    assert not collapses([0.0, 1.0, 1.0, 1.0, math.nan], 2, 0.75)


def test_robust_darts_goes_back_to_the_logits_of_a_window_ago() -> None:
    engine, method = method_of(Case("robust_darts", {"window": 1, "ratio": 0.0}))
    for value in range(3):
        with torch.no_grad():
            method.alphas.params[EDGE].fill_(float(value))
        method.eigenvalues = [0.0] * value
        method.after_epoch(engine)
    object.__setattr__(method.config, "ratio", 1e9)  # whatever λ is, it has risen
    method.eigenvalues[-1] = 1e-3
    assert method.after_epoch(engine)
    assert method.alphas.params[EDGE].tolist() == [2.0] * 4


def test_fair_steps_take_every_option_once() -> None:
    space = space_of("cell")
    edges = [f"graph/i[{i}]/s={j}/edge" for i, j in ((0, 0), (1, 0), (1, 1))]
    for seed in range(5):
        made = fair(space, dict.fromkeys(edges, 3), Random(seed))
        assert len(made) == 3
        rows = [{d.path: d.index for d in space.decisions(g)} for g in made]
        for edge in edges:
            assert sorted(row[edge] for row in rows) == [0, 1, 2]


def test_fair_steps_keep_cost_limits() -> None:
    space = space_of("nested")
    sizes = {p: d.size for p, d in space.all_decisions()}
    for seed in range(10):
        assert all(space.feasible(g) for g in fair(space, sizes, Random(seed)))


def test_evolution_finds_the_best_and_keeps_cost_limits() -> None:
    space = space_of("nested")
    members = [g for g in space.enumerate() if space.feasible(g)]
    best = max(members, key=space.rank)
    asked: list[Any] = []

    def score(genotype: Any) -> float:
        asked.append(genotype)
        return float(space.rank(genotype))

    config = SposConfig(population=10, generations=10, parents=4, keep=2)
    found = evolve(space, score, config, Random(3))
    assert found[0] == best and len(found) == 2
    assert all(space.feasible(g) for g in asked)


def test_path_dropout_leaves_something_of_a_choice_and_maybe_nothing_of_a_bit() -> None:
    rng = Random(1)
    one, bit = Choice("a", "one", 4), Choice("b[0]", "bit", 1)
    kept = [dropped(one, 0.5, rng) for _ in range(4_000)]
    assert all(g.active for g in kept)
    for gate in kept:
        assert gate.weights is not None and gate.active is not None
        assert sum(gate.weights[i] for i in gate.active) == pytest.approx(1.0)
    sizes = [len(g.active or ()) for g in kept]
    assert sum(sizes) / len(sizes) == pytest.approx(2 + 1 / 16, abs=0.06)  # none left: one is kept
    there = [len(dropped(bit, 0.3, rng).active or ()) for _ in range(4_000)]
    assert sum(there) / len(there) == pytest.approx(0.7, abs=0.03)


def test_what_is_drawn_learns_which_option_loses_less() -> None:
    drawn = Drawn({"width": Choice("width", "one", 3, hard=True), "b": Choice("b", "bit", 1, hard=True)})  # fmt: skip
    optimizer = torch.optim.Adam(list(drawn.alphas), lr=0.05)
    rng = torch.Generator().manual_seed(1)
    for _ in range(300):
        gates = drawn.draw(rng)
        loss = 1.0 - (gates["width"].active == (2,)) + 0.5 * (gates["b"].active == (0,))
        drawn.hear(torch.tensor(loss))
        drawn.learn()
        optimizer.step()
    found = drawn.probabilities()
    assert found["width"][2] > 0.8 and found["b"][0] < 0.3


def test_the_controller_of_enas_learns_what_is_rewarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights learn from their samples, then the controller from the held ones."""
    engine, method = method_of(Case("enas", {"steps": 25, "batch": 4, "hidden": 8, "controller_lr": 0.05, "temperature": 1.0}))  # fmt: skip
    asked: list[Any] = []

    class Score:
        def __init__(self, gates: Any) -> None:
            self.accuracy = float(gates[EDGE].active == (1,))

    def score(gates: Any, batches: Any) -> Score:
        asked.extend(batches)
        return Score(gates)

    monkeypatch.setattr(engine, "score", score)
    method.after_epoch(engine)
    assert len(asked) == 25 * 4
    taken = [method.space.decisions(method.sample(engine))[0].index for _ in range(40)]
    assert taken.count(1) > 20


def test_samples_are_held_out_of_the_training_split_alone() -> None:
    engine, _ = method_of(Case("darts"), limit=None)
    loader, splits = engine.loader, engine.loader.splits
    parts = [loader.weights.x, loader.held.x]
    assert sum(map(len, parts)) == len(splits.train)
    rows = [{tuple(row.flatten().tolist()) for row in part} for part in (*parts, splits.valid.x)]
    assert not rows[0] & rows[1] and not (rows[0] | rows[1]) & rows[2]
