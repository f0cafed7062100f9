"""The spaces of papers before and beside DARTS: where they are, and how to make them small."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import nasdsl
from nasdsl.genotype import Genotype
from nasdsl.space import Space

FOLDER = Path(__file__).parents[2] / "spaces"

SMALL: dict[str, dict[str, int | bool]] = {
    "block_qnn": {"L": 6, "C": 4, "copies": 1, "size": 8},
    "darts_rnn": {"hidden": 6, "steps": 4, "vocabulary": 12},
    "enas_rnn": {"hidden": 6, "steps": 4, "vocabulary": 12},
    "genetic_cnn": {"C": 4, "size": 8},
    "hierarchical": {"C": 4, "cells": 1, "motifs": 3, "size": 4},
    "metaqnn": {"L": 5, "size": 9},
    "nas_rl_cnn": {"L": 4, "strides": 3, "size": 8},
    "nas_rl_rnn": {"hidden": 6, "steps": 4, "vocabulary": 12},
    "one_shot": {"F": 4, "cells": 1, "size": 8},
    "path_level": {"N": 1, "C": 8, "growth": 4, "size": 8},
    "schrimpf_rnn": {"height": 3, "extended": True, "hidden": 6, "steps": 4, "vocabulary": 12},
    "smash": {"banks": 3, "operations": 2, "blocks": 1, "size": 6, "classes": 10},
}
LIBRARIES = ("lib_basic", "lib_rnn")


@cache
def small(name: str) -> Space:
    """The space at reduced width and depth."""
    return nasdsl.load(FOLDER / f"{name}.nas", set=SMALL[name])


@cache
def published(name: str) -> Space:
    """The space as its file has it."""
    return nasdsl.load(FOLDER / f"{name}.nas")


def load(name: str, **params: int | bool) -> Space:
    """The space with parameters of one's own."""
    return nasdsl.load(FOLDER / f"{name}.nas", set=params)


def drive(space: Space, answers: Iterable[object]) -> Genotype:
    """The genotype with these answers to the decisions, in the order in which they come up."""
    choices: dict[str, int | float] = {}
    for place, answer in enumerate(answers):
        decision = space.decisions(space.genotype(choices))[place]
        labels = [decision.domain.show(i) for i in range(decision.domain.size or 0)]
        choices[decision.path] = labels.index(str(answer))
    return space.genotype(choices)
