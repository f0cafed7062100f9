"""Which of the shipped spaces have a supernet, at reduced size, and what stands against the others."""

from __future__ import annotations

from random import Random

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.relax import resolve, taken_by
from tests.spaces.cells import FOLDER

from .spaces import SMALL, relaxed, small, text

# Every decision can be weighed.
SOFT = ("darts", "darts_rnn", "digits", "enas_macro", "enas_rnn", "fbnet", "genetic_cnn",
        "hierarchical", "metaqnn", "mnasnet", "nas_rl_rnn", "nasbench201", "nasbench_macro",
        "natsbench_size", "ofa", "one_shot", "pnas", "proxylessnas", "robnets")  # fmt: skip
# Some can only be taken; of these, why.
HARD: dict[str, str | tuple[str, ...]] = {
    "auto_deeplab": "its alternatives have the shapes",  # the resolution of a layer decides that of the next
    "amoebanet": "its alternatives have the shapes",  # what a cell's loose ends leave, as it is or narrowed
    "enas_micro": "its alternatives have the shapes",
    "nasbench101": ("its alternatives have the shapes", "`narrow` is different for every size"),
    "nasnet": "its alternatives have the shapes",
}
# None: the code of the mistake.
NONE = {
    "block_qnn": "NAS410",  # blocks of an open number of layers whose loose ends are joined
    "nas_rl_cnn": "NAS609",  # strides and sizes of every layer, each of which changes the shape
    "path_level": "NAS410",  # trees of all forms, side by side
    "schrimpf_rnn": "NAS407",  # trees of operators, in all forms
    "smash": "NAS609",  # kernels by groups by dilations
}
LONG = {"block_qnn", "nasbench101", "nasnet", "path_level", "amoebanet", "pnas", "smash",
        "hierarchical"}  # fmt: skip


def names(found: object) -> list[object]:
    """The spaces, the long ones among the slow tests."""
    return [
        pytest.param(n, marks=pytest.mark.slow) if n in LONG else n
        for n in found  # type: ignore[attr-defined]
    ]


def test_no_space_is_left_out() -> None:
    shipped = {p.stem for p in FOLDER.glob("*.nas")}
    searched = {n for n in shipped if not n.startswith(("lib_", "code_"))} - {"evolved_transformer"}
    assert searched == {*SOFT, *HARD, *NONE} == set(SMALL)


@pytest.mark.parametrize("name", names(SOFT))
def test_every_decision_can_be_weighed(name: str) -> None:
    assert not [c.path for c in relaxed(name).choices.values() if c.hard]


@pytest.mark.parametrize("name", names(HARD))
def test_some_decisions_can_only_be_taken(name: str) -> None:
    reasons = [c.hard for c in relaxed(name).choices.values() if c.hard]
    sizes = "it changes the size of images or the length of sequences"
    assert any(r.startswith(HARD[name]) for r in reasons)
    assert all(r.startswith(HARD[name]) or r == sizes for r in reasons)


@pytest.mark.parametrize("name", names(NONE))
def test_what_has_no_supernet_says_why(name: str) -> None:
    with pytest.raises(NasError) as error:
        relaxed(name)
    assert {d.code for d in error.value.diagnostics} == {NONE[name]}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SOFT, *HARD])
def test_all_that_relax_are_their_architectures(name: str) -> None:
    space, rng = small(name), Random(7)
    for _ in range(20):
        genotype = space.sample(rng)
        found = resolve(relaxed(name), taken_by(space, genotype))
        assert text(found) == text(space.build(genotype))
