"""The graph of choices means what the program means: same points as running every choice in turn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from nasdsl.diagnostics import NasError
from nasdsl.space import Space, parse_space

from .brute import TooMany, meaning
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


def points_of(space: Space) -> dict[frozenset[tuple[str, Any]], Any]:
    """Each genotype by its decisions, those with a single option left out."""
    out = {}
    for genotype in space.enumerate():
        decisions = space.decisions(genotype)
        paths = [d.path for d in decisions]
        assert len(set(paths)) == len(paths), "two decisions have the same path"
        out[frozenset((d.path, d.index) for d in decisions)] = genotype
    return out


def check_meaning(text: str) -> None:
    space = open_space(text)
    assume(space.size is not None and space.size <= 600)
    try:
        expected = meaning(space)
    except TooMany:
        assume(False)
    found = points_of(space)
    assert len(found) == space.size
    assert simplified(set(found)) == simplified(expected)
    for genotype in list(found.values())[:40]:
        space.build(genotype)


def simplified(points: set[frozenset[tuple[str, Any]]]) -> set[frozenset[tuple[str, Any]]]:
    return points


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(spaces())
def test_random_spaces(text: str) -> None:
    check_meaning(text)


@pytest.mark.slow
@settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
@given(spaces(fuel=9))
def test_many_random_spaces(text: str) -> None:
    check_meaning(text)
