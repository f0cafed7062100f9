"""Tree search: the bounds by hand, a tree that is bounded and closes, and that it finds."""

from __future__ import annotations

from collections import Counter
from math import log, sqrt
from random import Random
from typing import Any

import pytest

from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.atoms import atoms
from nasdsl.strategies.mcts import Averages
from nasdsl.strategies.search_tree import Tree, choose
from tests.flat_space import FlatSpace, Genotype

from .tables import mean_accuracy, nasbench201, needs_tables

SPACE: Any = FlatSpace((2, 3))


def tree_of(*children: tuple[int, list[float]], visits: int = 0) -> Tree:
    """A root whose children have these visits and rewards."""
    tree = Tree(100)
    tree.root.visits = visits
    for option, (count, rewards) in enumerate(children):
        child = tree.grow(tree.root, option)
        assert child is not None
        child.visits = count
        for reward in rewards:
            tree.reward([tree.root, child], reward)
    return tree


def picked(tree: Tree, exploration: float, options: int = 2, **priors: Any) -> Counter[int]:
    rng = Random(0)
    given = {int(k[1:]): v for k, v in priors.items()}
    every = range(options)
    return Counter(choose(tree, tree.root, every, exploration, given, rng) for _ in range(50))


def test_the_bound_of_uct_by_hand() -> None:
    """Means 0.75 (of 0 and 1, 1, 1) and 1; n = 5: the first is taken from C = 0.25 / 2 (√…) on."""
    tree = tree_of((1, [0.75]), (4, [0.0, 1.0, 1.0, 1.0]), visits=5)
    tree.reward([tree.root.children[0]], 0.25)  # its mean: 0.5, the other's 0.75
    tree.root.children[0].visits = 1
    turn = 0.25 / (2 * (sqrt(2 * log(5)) - sqrt(2 * log(5) / 4)))
    assert picked(tree, turn * 0.99) == {1: 50}
    assert picked(tree, turn * 1.01) == {0: 50}


def test_what_was_never_tried_comes_first() -> None:
    tree = tree_of((3, [1.0, 1.0, 1.0]), visits=3)
    found = picked(tree, 0.1, options=3)
    assert set(found) == {1, 2} and min(found.values()) > 10


def test_rewards_are_on_the_scale_of_their_range() -> None:
    tree = tree_of((2, [-40.0, 10.0]), (1, [60.0]))
    child = tree.root.children[0]
    assert tree.scaled(child.total, child.told) == pytest.approx(0.25)
    assert tree.scaled(0.0, 0) == 0.0


def test_priors_are_mixed_by_their_weights() -> None:
    """(1 - 0.5) · 0 + 0.5 · 1 against (1 - 0.5) · 1 + 0.5 · 0.2."""
    tree = tree_of((1, [0.0]), (1, [1.0]), visits=2)
    assert picked(tree, 0.0, o0=(1.0, 0.5), o1=(0.2, 0.5)) == {1: 50}
    assert picked(tree, 0.0, o0=(1.0, 0.7), o1=(0.2, 0.7)) == {0: 50}


def test_the_weight_of_a_prior_is_that_of_rave() -> None:
    strategy: Any = make_strategy("mcts", SPACE, {"prior": 4}, 0)
    strategy.tell([Trial(0, Genotype((0, 0)), "done", (0.0,))])
    strategy._tree.grow(strategy._tree.root, 0)
    strategy.tell([Trial(1, Genotype((0, 1)), "done", (1.0,))])
    (first, _), *_ = atoms(SPACE, Genotype((0, 0)))
    priors = strategy._priors(first, strategy._tree.root)
    assert priors[0] == (pytest.approx(0.5), pytest.approx(sqrt(4 / (3 * 1 + 4))))
    assert priors[1][1] == 1.0  # nothing is known of it but the mean


def test_averages_by_hand() -> None:
    """Values 1 and 4; a choice's average counts the mean of all, 2.5, as one of its trials."""
    averages = Averages()
    one, two = (atoms(SPACE, Genotype(c)) for c in ((0, 0), (0, 1)))
    averages.note(one, 1.0)
    averages.note(two, 4.0)
    assert averages.of("/d0", 0) == (7.5, 3)
    assert averages.of("/d1", 1) == (6.5, 2)
    assert averages.predict([("/d0", 0), ("/d1", 1)]) == pytest.approx(2.5 + 0.0 + 0.75)
    assert averages.predict([("/d0", 1), ("/d1", 2)]) == 2.5


def test_predictions_are_averaged_with_the_value() -> None:
    """AlphaX: of a value of 1 and predictions of 0.4 on average, 0.7 is learnt."""
    space: Any = FlatSpace((4, 4))
    for averaging, learnt in ((True, 0.7), (False, 1.0)):
        strategy: Any = make_strategy("mcts", space, {"averaging": averaging}, 0)
        strategy.tell([Trial(0, Genotype((0, 0)), "done", (0.4,))])
        strategy._averages.load([1, 0.4, {}])  # every rollout is predicted as 0.4
        (genotype,) = strategy.ask(1)
        before = strategy._tree.root.total
        strategy.tell([Trial(1, genotype, "done", (1.0,))])
        assert strategy._tree.root.total - before == pytest.approx(learnt)


def test_a_trial_adds_one_node_and_the_tree_is_bounded() -> None:
    space: Any = FlatSpace((50,) * 6)
    strategy: Any = make_strategy("mcts", space, {"nodes": 20, "prior": 0, "simulations": 0}, 0)
    for number in range(40):
        before = len(strategy._tree.dump())
        (genotype,) = strategy.ask(1)
        assert len(strategy._tree.dump()) == min(20, before + 1)
        strategy.tell([Trial(number, genotype, "done", (float(number),))])


def test_what_is_exhausted_is_closed() -> None:
    strategy: Any = make_strategy("mcts", SPACE, {}, 0)
    asked = strategy.ask(10)
    assert len(asked) == len(set(asked)) == 6 and strategy.ask(1) == []


def test_pending_proposals_spread() -> None:
    """Visits count when asked, so that a batch does not go one way."""
    space: Any = FlatSpace((4, 8))
    strategy = make_strategy("mcts", space, {"exploration": 0.5, "prior": 0}, 0)
    firsts = Counter(g.choices[0] for g in strategy.ask(8))
    assert set(firsts.values()) == {2}


@needs_tables
def test_it_beats_random_search_on_nasbench201() -> None:
    """93.97 % against 93.78 % after 100 trials."""
    random = mean_accuracy(nasbench201, "random", {}, 30)
    assert mean_accuracy(nasbench201, "mcts", {}, 30) > random + 0.05
