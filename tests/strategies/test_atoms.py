"""Atoms: any policy over them ends in a genotype, and every genotype is such a sequence."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl import NasError, parse_space
from nasdsl.space import Space
from nasdsl.strategies.atoms import WIDE, Atom, atoms, compose

from ..generate import spaces
from ..test_meaning import open_space

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)


PICKS = (
    "network = vector(4) -> graph (x) {{ n = [x, x -> relu, x -> tanh, x -> sigmoid] out sum({}) }}"
)
CASES = {
    "wide": "space s\nnetwork = vector(4) -> linear(any 1..10000)",
    "wide, some excluded": "space s\nlet n = any 1..2000\nnetwork = vector(4) -> linear(n)\nrequire n % 7 == 3",
    "pick": "space s\n" + PICKS.format("pick 2 of n"),
    "real": "space s\nnetwork = vector(4) -> dropout(any 0.1..0.5) -> dropout(any 1e-4..0.1 log)",
    "excluded": "space s\nlet a = any 1..6\nlet b = any 1..6\n"
    "network = vector(4) -> linear(a) -> linear(b)\nrequire a + b == 7 or a == 2 * b",
}


def check(space: Space, seed: int) -> None:
    rng = Random(seed)
    for _ in range(5):
        genotype = space.sample(rng)
        met = atoms(space, genotype)
        for atom, taken in met:
            assert taken in atom.options and 0 <= taken < atom.count
            assert list(atom.options) == sorted(set(atom.options))
        rest = iter(met)

        def follow(atom: Atom, rest: object = rest) -> int:
            expected, taken = next(rest)  # type: ignore[call-overload]
            assert atom == expected
            return int(taken)

        again = compose(space, follow, rng)
        if space.size is not None:
            assert again == genotype
        assert atoms(space, again) == met


@FEW
@given(spaces(), SEEDS)
def test_atoms_give_the_genotype_back(text: str, seed: int) -> None:
    check(open_space(text), seed)


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_kinds_of_decisions(text: str) -> None:
    space = parse_space(text)
    for seed in range(20):
        check(space, seed)
        rng = Random(seed)
        found = compose(space, lambda atom, rng=rng: rng.choice(atom.options), rng)
        assert space.contains(found)


@pytest.mark.parametrize("name", ["wide, some excluded", "pick", "excluded"])
def test_every_genotype_can_be_composed(name: str) -> None:
    """Depth first over all options of all atoms: each genotype once."""
    space = parse_space(CASES[name])
    found = []
    stack: list[tuple[int, ...]] = [()]
    while stack:
        word = stack.pop()
        rest = list(reversed(word))
        open_: list[Atom] = []

        def choose(atom: Atom, rest: list[int] = rest, open_: list[Atom] = open_) -> int:
            if rest:
                return rest.pop()
            open_.append(atom)
            return atom.options[0]

        genotype = compose(space, choose, Random(0))
        if open_:
            stack += [(*word, option) for option in open_[0].options]
        else:
            found.append(genotype)
    assert len(found) == len(set(found)) == space.size


def test_an_atom_has_few_options() -> None:
    space = parse_space(CASES["wide"])
    counts = [atom.count for atom, _ in atoms(space, space.sample(Random(0)))]
    assert counts == [3, 64, 64] and max(counts) <= WIDE


def test_an_infeasible_choice_is_refused() -> None:
    with pytest.raises(NasError, match="NAS461"):
        parse_space(CASES["excluded"]).compose(lambda step: 5)
