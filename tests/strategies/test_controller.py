"""The controller writes what it scores, by the equations of the paper."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl import NasError, load, parse_space
from nasdsl.strategies import make_strategy
from nasdsl.strategies.atoms import Atom, atoms
from nasdsl.strategies.controller import Controller
from nasdsl.strategies.policies import Independent, pick
from nasdsl.strategies.rows import FIRST, Rows, normal, uniform
from nasdsl.strategies.skips import Skips, inferred, scopes, skips
from tests.flat_space import FlatSpace

from ..generate import spaces
from ..test_meaning import open_space

FEW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)


def controller(space: Any, seed: int = 0, **options: Any) -> Controller:
    shape = {"hidden": 6, "layers": 2, "init": 0.5} | options
    return Controller(seed=seed, skips=Skips(inferred(space)), **shape)


def policies(space: Any, seed: int) -> list[Any]:
    wild = controller(space, seed, temperature=0.7, tanh_constant=2.5)
    return [controller(space, seed), wild, Independent(normal(1.0), seed)]


# ------------------------------------------------------------------ what is written is scored


@FEW
@given(spaces(), SEEDS)
def test_scores_are_the_log_probabilities_of_drawing(text: str, seed: int) -> None:
    space = open_space(text)
    for policy in policies(space, seed):
        drawn = [policy.sample(space, Random(seed + i)) for i in range(3)]
        words = [atoms(space, genotype) for genotype, _ in drawn]
        scores, entropies = policy.score(words)
        for (_, log), score, entropy in zip(
            drawn, scores.tolist(), entropies.tolist(), strict=True
        ):
            assert abs(log - score) < 1e-4 * max(1, abs(log))
            assert entropy > -1e-5
        again, _ = policy.score(words[::-1])
        assert torch.allclose(scores.flip(0), again, atol=1e-4)


CASES = {
    "conditional": "space s\nnetwork = vector(4) -> repeat any 0..2 { linear(any [4, 8]) -> "
    "(relu | tanh) } -> linear(2)",
    "pick": "space s\nnetwork = vector(4) -> graph (x) { n = [x, x -> relu, x -> tanh] "
    "out sum(pick 2 of n) }",
    "excluded": "space s\nlet a = any 1..6\nlet b = any 1..6\nnetwork = vector(4) -> linear(a) -> "
    "linear(b)\nrequire a + b == 7 or a == 2 * b",
    "skips": "space s\nnetwork = vector(4) -> graph (x) { n = [x] for i in 1..3 "
    "{ fed = some of n n += (sum(fed) if fed else x) -> (relu | tanh) } out n[-1] }",
}


@pytest.mark.parametrize("name", CASES)
def test_probabilities_sum_to_one(name: str) -> None:
    space = parse_space(CASES[name])
    for policy in policies(space, 3):
        words = [atoms(space, g) for g in space.enumerate()]
        scores, entropies = policy.score(words)
        chances = scores.double().exp()
        assert chances.sum().item() == pytest.approx(1, abs=1e-4)
        assert chances.std() > 1e-4  # the initial distribution is not uniform
        # the mean of what `score` calls entropy is the entropy of the distribution
        mean = (chances * entropies).sum().item()
        assert mean == pytest.approx(-(chances * scores).sum().item(), abs=1e-3)


def test_draws_follow_the_probabilities() -> None:
    space: Any = FlatSpace((3, 2))
    policy = controller(space, 5)
    draws = 2000
    counts = dict.fromkeys(space.enumerate(), 0)
    rng = Random(0)
    for _ in range(draws):
        counts[policy.sample(space, rng)[0]] += 1
    scores, _ = policy.score([atoms(space, g) for g in counts])
    for count, chance in zip(counts.values(), scores.exp().tolist(), strict=True):
        assert abs(count / draws - chance) < 5 * math.sqrt(chance / draws)


def test_pick_takes_feasible_options_only() -> None:
    atom, rng = Atom("a", 4, (1, 3)), Random(0)
    logits = [50.0, 0.0, 50.0, math.log(3)]
    found = [pick(atom, logits, rng) for _ in range(2000)]
    assert {option for option, _ in found} == {1, 3}
    assert sum(option == 3 for option, _ in found) == pytest.approx(1500, abs=100)
    assert all(log == pytest.approx(math.log(0.75 if o == 3 else 0.25)) for o, log in found)
    assert pick(Atom("a", 4, (2,)), [math.inf] * 4, rng) == (2, 0.0)


def test_temperature_and_tanh_bound_the_logits() -> None:
    space: Any = FlatSpace((2,))
    cold = controller(space, tanh_constant=2.0, temperature=0.25)
    logits = torch.tensor([0.1, -9.0])
    wanted = [2 * math.tanh(0.4), 2 * math.tanh(-36.0)]
    assert cold.bounded(logits).tolist() == pytest.approx(wanted)
    assert controller(space).bounded(logits) is logits


# ------------------------------------------------------------------ skip connections


def test_attention_is_the_equation_of_the_paper() -> None:
    """P(layer j is an input of layer i) = sigmoid(vᵀ tanh(W_prev h_j + W_curr h_i))."""
    space: Any = FlatSpace((2,))
    net = controller(space, hidden=2)
    net.previous.data = torch.tensor([[1.0, 0.0], [0.5, -1.0]])
    net.current.data = torch.tensor([[0.0, 2.0], [1.0, 0.0]])
    net.query.data = torch.tensor([3.0, -1.0])
    h_j, h_i = torch.tensor([[0.2, 0.4]]), torch.tensor([[-0.3, 0.1]])
    by_hand = 3 * math.tanh(0.2 + 0.2) - math.tanh(0.1 - 0.4 - 0.3)
    assert net.attention(h_j, h_i).tolist() == pytest.approx([by_hand])


@pytest.mark.parametrize(
    ("name", "patterns"),
    [
        ("nas_rl_cnn", ["graph/i[i]/fed[j]"]),
        ("enas_macro", ["graph/i[i]/when/then/y[j]"]),
        ("genetic_cnn", [f"chain/modules/i[{m}]/reads/i[i][j]" for m in range(3)]),
        ("one_shot", []),  # its bits choose operators
        ("nasbench201", []),
    ],
)
def test_skip_connections_are_found(name: str, patterns: list[str]) -> None:
    assert inferred(load(f"spaces/{name}.nas")) == patterns


def test_skip_connections_share_the_step_of_their_layer() -> None:
    """C13: their log-probability is the sum of L(L-1)/2 Bernoulli draws that attend to layers."""
    space = load("spaces/nas_rl_cnn.nas")
    net = controller(space, 2)
    word = atoms(space, space.sample(Random(1)))
    bits = [(a, t) for a, t in word if net.skips.find(a.key)]
    assert len(bits) == 15 * 14 // 2
    seen: list[int] = []
    attention = net.attention

    def watch(earlier: torch.Tensor, here: torch.Tensor) -> torch.Tensor:
        logits = attention(earlier, here)
        seen.append(len(logits))
        assert (
            len({tuple(h) for h in here.tolist()}) == 14
        )  # one anchor point a layer but the first
        assert all(e.any() for e in earlier)  # each attends to a layer that decides something
        return logits

    net.attention = watch  # type: ignore[method-assign]
    before, _ = net.score([word])
    assert seen == [len(bits)]
    index = next(i for i, (a, _) in enumerate(word) if a.key == bits[-1][0].key)
    atom, taken = word[index]
    flipped = [*word[:index], (atom, 1 - taken), *word[index + 1 :]]
    after, _ = net.score([flipped])
    assert before.item() != after.item()


def test_layers_that_decide_nothing_have_an_anchor_of_zeros() -> None:
    space = parse_space(CASES["skips"])
    assert inferred(space) == ["graph/i[i]/fed[j+1]"]
    net = controller(space, 2)
    net.query.data.zero_()
    word = atoms(space, space.sample(Random(1)))
    rest = [step for step in word if not net.skips.find(step[0].key)]
    both, alone = net.score([word])[1].item(), net.score([rest])[1].item()
    assert both - alone == pytest.approx(6 * math.log(2), abs=0.2)  # fair coins, but for the rest


def test_patterns_are_checked() -> None:
    for wrong in ("graph/fed[j]", "graph/i[j]/fed[i]", "graph/i[i]/fed[j]/more", ""):
        with pytest.raises(NasError, match="NAS327"):
            Skips([wrong])
    skip = Skips(["a[*]/i[i]/b[j]"]).find("a[7]/i[3]/b[2]")
    assert skip is not None and (skip.group, skip.earlier) == ("a[7]/i[3]/b", "a[7]/i[2]")
    skip = Skips(["a/i[i][j+1]"]).find("a/i[3][2]")
    assert skip is not None and (skip.group, skip.earlier) == ("a/i[3]", "a/i[1]")
    assert Skips(["a/i[i]/b[j]"]).find("a/i[x]/b[2]") is None
    assert scopes("a[7]/i[3]/b") == ["a[7]", "a[7]/i[3]"]


def test_skips_are_declared_or_inferred() -> None:
    space = parse_space(CASES["skips"])
    bit = "graph/i[2]/fed[1]"
    for patterns in (("auto",), ("graph/i[i]/fed[j+1]",)):
        skip = skips(space, patterns).find(bit)
        assert skip is not None and skip.earlier == "graph/i[0]"
    assert not skips(space, ("none",)) and not skips(space, ())
    with pytest.raises(NasError, match="its skip connections are `graph/i"):
        skips(space, ("graph/i[i]/feed[j]",))
    for option in ("auto", ["graph/i[i]/fed[j+1]"], "graph/i[i]/fed[j+1]"):
        strategy: Any = make_strategy("reinforce", space, {"skips": option}, 0)
        assert strategy.policy.skips.find(bit)


# ------------------------------------------------------------------ rows


def test_rows_do_not_depend_on_the_order_of_keys() -> None:
    keys = {f"k{i}": 1 + i % 5 for i in range(60)}
    tables = [Rows({"a": 3, "b": 1}, uniform(0.1), 7) for _ in range(2)]
    places = [
        {k: table.find(k, keys[k]) for k in order}
        for table, order in zip(tables, (list(keys), list(reversed(keys))), strict=True)
    ]
    assert sum(keys.values()) > FIRST  # they have grown
    for key, count in keys.items():
        for name in ("a", "b"):
            one, two = (
                table.get_parameter(name)[place[key] : place[key] + count]
                for table, place in zip(tables, places, strict=True)
            )
            assert torch.equal(one, two) and one.abs().max() <= 0.1 and one.any()


def test_rows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nasdsl.strategies.rows.MOST", 100)
    table = Rows({"a": 2}, uniform(0.1), 0)
    for i in range(500):
        place = table.find(f"k{i}", 7)
        assert 0 <= place <= 100 - 7 and place == table.find(f"k{i}", 7)
    assert len(table.get_parameter("a")) <= 128 and len(table.dump()["places"]) == 14


def test_rows_made_late_train_as_if_they_had_always_been_there() -> None:
    from nasdsl.strategies.rows import extend_moments

    late, early = (Rows({"a": 1}, uniform(0.1), 0) for _ in range(2))
    for i in range(100):
        early.find(f"k{i}", 1)
    found = []
    for table in (late, early):
        adam = torch.optim.Adam(table.parameters(), lr=0.01)
        for i in range(100):
            row = table.find(f"k{i}", 1)
            adam.zero_grad()
            (table.get_parameter("a")[row].square().sum() * (i + 1)).backward()  # type: ignore[no-untyped-call]
            extend_moments(adam)
            adam.step()
        found.append(table.get_parameter("a").detach()[:100])
    assert torch.equal(*found)


def test_a_controller_is_made_and_used_without_the_global_generator() -> None:
    space = load("spaces/nas_rl_cnn.nas")
    before = torch.get_rng_state()
    net = controller(space)
    genotype, _ = net.sample(space, Random(0))
    net.score([atoms(space, genotype)])[0].sum().backward()  # type: ignore[no-untyped-call]
    assert torch.equal(before, torch.get_rng_state())
    other = controller(space, seed=1)
    other.load(json.loads(json.dumps(net.dump())))
    assert other.sample(space, Random(4)) == net.sample(space, Random(4))
