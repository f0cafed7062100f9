"""The decoder writes what was encoded, and steps along the gradient raise what is predicted."""

from __future__ import annotations

from random import Random
from statistics import fmean
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nasdsl import parse_space
from nasdsl.predictors.autoencoder import Autoencoder
from nasdsl.predictors.lexicon import Lexicon
from nasdsl.predictors.networks import seeded
from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.atoms import Atom, atoms
from nasdsl.strategies.nao import Nao, NaoConfig, decode, expect, fit, ranks, unit
from tests.flat_space import FlatSpace

SMALL = {"embedding": 24, "hidden": 32, "epochs": 100, "rate": 0.01, "batch": 50}
CONDITIONAL = parse_space("""
space conditional
network = vector(8) -> repeat any 0..3 { linear(any [4, 8]) -> (relu | tanh) } -> linear(2)
""")


@pytest.fixture(scope="module")
def learnt() -> tuple[Any, Any, Any, Any]:
    """Half of a conditional space, the value the number of its decisions, known by heart."""
    genotypes = list(CONDITIONAL.enumerate())[::2]
    texts = [atoms(CONDITIONAL, g) for g in genotypes]
    values = unit([len(text) for text in texts])
    network, lexicon = fit(texts, values, NaoConfig.model_validate(SMALL), 0)
    return genotypes, texts, network, lexicon


def test_the_decoder_reproduces_what_was_encoded(learnt: Any) -> None:
    genotypes, texts, network, lexicon = learnt
    code = network.encode(lexicon.page(texts))
    rng = Random(0)
    written = [decode(CONDITIONAL, network, lexicon, code.take(i), rng) for i in range(len(texts))]
    assert sum(w == g for w, g in zip(written, genotypes, strict=True)) > 0.9 * len(genotypes)


def test_the_prediction_is_of_the_value(learnt: Any) -> None:
    _, texts, network, lexicon = learnt
    found = network.predict(network.encode(lexicon.page(texts))).tolist()
    wanted = unit([len(text) for text in texts])
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 0.2


def test_steps_raise_the_prediction(learnt: Any) -> None:
    _, texts, network, lexicon = learnt
    page = lexicon.page(texts)
    with torch.no_grad():
        before = network.predict(network.encode(page))
        after = network.predict(network.improve(page, 0.1))
    assert (after >= before - 1e-6).all() and (after > before).any()


def test_memory_and_embedding_have_length_1(learnt: Any) -> None:
    _, texts, network, lexicon = learnt
    page = lexicon.page(texts)
    for code in (network.encode(page), network.improve(page, 3.0)):
        lengths = code.memory.norm(dim=2)
        assert torch.allclose(lengths[page.reads], torch.ones(int(page.reads.sum())))
        assert not lengths[~page.reads].any()
        assert torch.allclose(code.embedding.norm(dim=1), torch.ones(len(texts)))


def test_padding_does_not_count(learnt: Any) -> None:
    _, texts, network, lexicon = learnt
    together = network.encode(lexicon.page(texts))
    for row, text in enumerate(texts):
        alone = network.encode(lexicon.page([text]))
        assert torch.allclose(together.embedding[row], alone.embedding[0], atol=1e-5)


def test_whatever_is_written_is_in_the_space() -> None:
    """A network that knows nothing, of a few texts only, at random codes."""
    rng = Random(0)
    texts = [atoms(CONDITIONAL, CONDITIONAL.sample(rng)) for _ in range(2)]
    lexicon = Lexicon(texts)
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        network = seeded(lambda: Autoencoder(lexicon, 8, 1, 8), generator)
        code = network.improve(lexicon.page(texts), 50.0)
        assert CONDITIONAL.contains(decode(CONDITIONAL, network, lexicon, code.take(0), rng))


def test_rounds_are_of_new_architectures() -> None:
    space: Any = FlatSpace((4,) * 5)
    config = {**SMALL, "epochs": 40, "initial": 30, "top": 5, "new": 8, "steps": 20}
    strategy = make_strategy("nao", space, config, 0)
    assert isinstance(strategy, Nao)
    first = strategy.ask(30)
    strategy.tell([Trial(i, g, "done", (float(sum(g.choices)),)) for i, g in enumerate(first)])
    found = strategy.ask(8)
    assert len(set(found)) == 8 and not set(found) & set(first)
    best = sorted((sum(g.choices) for g in first), reverse=True)[:5]
    assert sum(sum(g.choices) for g in found) / 8 > sum(sum(g.choices) for g in first) / 30
    assert max(sum(g.choices) for g in found) >= best[-1]


def test_performances_are_from_0_to_1() -> None:
    assert unit([3.0, 1.0, 2.0]) == [1.0, 0.0, 0.5] and unit([2.0, 2.0]) == [0.5, 0.5]
    assert ranks([9.0, 1.0, 2.0]) == [1.0, 0.0, 0.5] and ranks([2.0, 2.0]) == [0.5, 0.5]
    assert ranks([1.0]) == [0.0]


@given(st.lists(st.integers(0, 5), min_size=2, max_size=20))
def test_ranks_are_shares_of_the_others(values: list[int]) -> None:
    for value, rank in zip(values, ranks(list(map(float, values))), strict=True):
        below, equal = sum(v < value for v in values), values.count(value) - 1
        assert rank == pytest.approx((below + equal / 2) / (len(values) - 1))


def test_the_best_predicted_come_first() -> None:
    """Those of which more is expected than of the rest of what the decoder writes."""
    space: Any = FlatSpace((4,) * 5)
    config = {**SMALL, "epochs": 40, "initial": 30, "top": 10, "steps": 20, "target": "rank"}
    means: dict[str, float] = {}
    for order in ("step", "prediction"):
        strategy = make_strategy("nao", space, {**config, "order": order, "new": 4}, 0)
        first = strategy.ask(30)
        values = [float(sum(g.choices)) for g in first]
        pairs = enumerate(zip(first, values, strict=True))
        strategy.tell([Trial(i, g, "done", (value,)) for i, (g, value) in pairs])
        means[order] = fmean(sum(g.choices) for g in strategy.ask(4))
    assert means["prediction"] > means["step"] > fmean(values)


def test_nothing_is_expected_of_what_is_unknown(learnt: Any) -> None:
    _, texts, network, lexicon = learnt
    strange = [*texts[0][:-1], (Atom("strange", 2, (0, 1)), 1)]
    known, unknown = expect(network, lexicon, [texts[0], strange])
    assert unknown == -1 and 0 <= known <= 1
