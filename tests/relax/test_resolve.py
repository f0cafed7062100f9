"""A relaxed space is, for every genotype, the architecture that the builder makes: text for text."""

from __future__ import annotations

from random import Random

import pytest

from nasdsl.relax import relax, resolve, taken_by
from nasdsl.space import parse_space

from .spaces import relaxed, small, text

QUICK = ("darts", "darts_rnn", "digits", "enas_macro", "enas_rnn", "fbnet", "genetic_cnn", "mnasnet",
         "nas_rl_rnn", "nasbench201", "nasbench_macro", "natsbench_size", "one_shot", "robnets")  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_every_genotype_is_found_again(name: str) -> None:
    space, rng = small(name), Random(1)
    for _ in range(4):
        genotype = space.sample(rng)
        found = resolve(relaxed(name), taken_by(space, genotype))
        assert text(found) == text(space.build(genotype))


NESTED = """
space nested "options that decide something inside, tied and conditional decisions"
motif op(c) = one of {
  plain: conv(any [1, 3], out = c) -> bn
  deep: 2 * (conv(3, out = c) -> bn -> (relu | tanh))
  none: identity
}
let shared = op(4)
motif cell = graph (x) {
  s = [x]
  for i in 1..3 { s += sum(pick 1 of [y -> op(4) for y in s]) }
  out concat(loose(s)) -> shared
}
network = image(3, 6, 6) -> conv(3, out = 4) -> repeat any 1..3 { cell } -> shared
  -> (max_pool(2, 2) if any [true, false] else avg_pool(2, 2))
  -> global_avg_pool -> linear(3)
"""


def test_nested_tied_and_conditional_decisions() -> None:
    space, rng = parse_space(NESTED), Random(2)
    found = relax(space)
    for _ in range(20):
        genotype = space.sample(rng)
        assert text(resolve(found, taken_by(space, genotype))) == text(space.build(genotype))


def test_recursion_relaxes_to_its_bound() -> None:
    program = """
space tree "a motif that calls itself"
motif tree(d) = graph (x) {
  out (x -> relu) if d == 0 else sum([x -> (tree(d - 1) | conv(3)), x -> (tree(d - 1) | identity)])
}
network = image(3, 4, 4) -> tree(2) -> global_avg_pool
"""
    space, rng = parse_space(program), Random(2)
    found = relax(space)
    for _ in range(10):
        genotype = space.sample(rng)
        assert text(resolve(found, taken_by(space, genotype))) == text(space.build(genotype))


def test_choices_say_under_which_elements_they_exist() -> None:
    choices = relaxed("darts").choices
    assert len(choices) == 34
    edge = choices["normal/i[1]/s=0/edge"]
    assert (edge.kind, edge.n, edge.under) == ("one", 7, (("normal/i[1]/s", 0),))
    assert choices["normal/i[1]/s"].kind == "pick" and choices["normal/i[1]/s"].n == 3
    assert all(c.kind == "bit" and c.n == 1 for c in relaxed("genetic_cnn").choices.values())
