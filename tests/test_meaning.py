"""The graph of choices means what the program means: same points as running every choice in turn."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings

from nasdsl.diagnostics import NasError
from nasdsl.space import Space, parse_space

from .brute import TooMany, meaning, run
from .generate import spaces

# What a random program may run into without being wrong.
FAIR = {"NAS404", "NAS409", "NAS510", "NAS511", "NAS220"}


def open_space(text: str) -> Space:
    try:
        return parse_space(text)
    except NasError as error:
        codes = {d.code for d in error.diagnostics}
        assert codes <= FAIR, f"{text}\n{error}"
        assume(False)
        raise


def check_meaning(text: str) -> None:
    space = open_space(text)
    assume(space.size is not None and space.size <= 600)
    try:
        expected, names = meaning(space)
    except TooMany:
        assume(False)
        raise
    found = set()
    genotypes = list(space.enumerate())
    for genotype in genotypes:
        decisions = space.decisions(genotype)
        paths = [d.path for d in decisions]
        assert len(set(paths)) == len(paths), "two decisions have the same path"
        driver, held = run(space, [], names, decisions)
        assert held, decisions
        found.add(frozenset(driver.by_path.items()))
    assert found == expected
    assert len(genotypes) == len(expected)
    for genotype in genotypes[:: max(1, len(genotypes) // 25)]:
        space.build(genotype)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(spaces())
def test_random_spaces(text: str) -> None:
    check_meaning(text)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
@given(spaces(fuel=9))
def test_many_random_spaces(text: str) -> None:
    check_meaning(text)
