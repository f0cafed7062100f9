"""Programs that mean too much, or nothing, end soon and say so."""

from __future__ import annotations

from math import comb
from time import perf_counter

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.space import parse_space

HEAD = "network = vector(4) -> "
LETS = "\n".join(f"let a{i} = any 0..9" for i in range(12))

ENDS = {
    "doubled list": ("NAS405", "motif f(xs, n) = xs if n == 0 else f(xs + xs, n - 1)\n" + HEAD + "linear(len(f([1], 60)))"),
    "long range": ("NAS405", HEAD + "linear(sum(0..1000000000))"),
    "long choice required": ("NAS412", "let a = any 0..1000000000\n" + HEAD + "linear(4)\nrequire a != 5"),
    "long choice decides": ("", HEAD + "linear(4) -> (relu if (any 0..1000000000) < 5 else tanh)"),
    "choices by a long choice": ("NAS412", HEAD + "(linear(any 1..2) if (any 0..1000000000) < 5 else tanh)"),
    "endless choice": ("NAS405", HEAD + "linear(1 + (any -4G * 1G..4G * 1G))"),
    "large number": ("NAS203", HEAD + "linear(1G * 1G * 1G)"),
    "large open number": ("NAS203", "let n = any 1G..(1G + 5)\n" + HEAD + "linear(n * n * n)"),
    "parentheses": ("NAS002", HEAD + "(" * 3000 + "relu" + ")" * 3000),
    "mutual recursion": ("NAS401", "motif f(n) = g(n + 1)\nmotif g(n) = f(n + 1)\n" + HEAD + "f(1)"),
    "growing recursion": ("NAS401", "motif f(n) = sum([f(n + 1), f(n + 1)])\n" + HEAD + "f(1)"),
    "long permutation": ("NAS404", HEAD + "linear(sum(permutation of 1..10000))"),
    "nested loops": ("NAS405", HEAD + "linear(len([1 for i in 1..1000 for j in 1..1000 for k in 1..1000]))"),
    "negative repeat": ("NAS246", HEAD + "repeat -3 { relu }"),
    "division": ("NAS202", "let a = any 0..3\n" + HEAD + "linear(8 / a)"),
    "tensor or module": ("NAS408", HEAD + "graph (x) { out sum(some of ([y -> relu | tanh for y in [x]] + [x])) }"),
    "deep tree": ("NAS409", "motif t(d) = relu if d == 0 else (t(d - 1) | sum([t(d - 1), t(d - 1)]))\n" + HEAD + "t(40)"),
}  # fmt: skip

SLOW_ENDS = {
    "repeated repeat": HEAD + "repeat 2000 { repeat 2000 { linear(4) } }",
    "repeated choices": HEAD + "repeat 2000 { repeat 2000 { relu | tanh } }",
    "sum of bits": "let b = some of 1..10000\n" + HEAD + "linear(4)\nrequire sum(b) > 3",
    "tangled": LETS + "\n" + HEAD + "linear(4)\n" + "\n".join(
        f"require a{i} * a{j} != {i + j}" for i in range(12) for j in range(i)
    ),
    "motif tower": "\n".join(f"motif f{i} = f{i + 1} | f{i + 1} -> f{i + 1}" for i in range(60))
    + "\nmotif f60 = relu | tanh\n" + HEAD + "f0",
}  # fmt: skip

WORKS = {
    "large pick": (HEAD + "linear(sum(pick 500 of 0..1000))", comb(1001, 500)),
    "million options": ("let a = any 1..100000\n" + HEAD + "linear(4)\nrequire 1 < 2", 1),
    "let tower": ("let m0 = relu | tanh\n" + "\n".join(f"let m{i + 1} = m{i} -> m{i}" for i in range(60))
                  + "\n" + HEAD + "m0", 2),
    "many conditions": ("let a = any [1, 2]\n" + HEAD + "linear(" + "(" * 60 + "1" + " if a == 1 else 2)" * 60 + ")", 2),
    "large grammar": ("motif t(d) = relu if d == 0 else (t(d - 1) | sum([t(d - 1), t(d - 1)]))\n" + HEAD + "t(8)", None),
}  # fmt: skip


def timed(text: str) -> str:
    """The code of the first mistake, or nothing."""
    start = perf_counter()
    try:
        parse_space(text)
    except NasError as error:
        return error.diagnostics[0].code
    finally:
        assert perf_counter() - start < 60
    return ""


@pytest.mark.parametrize("case", ENDS)
def test_it_ends(case: str) -> None:
    code, text = ENDS[case]
    assert timed(text) == code


@pytest.mark.slow
@pytest.mark.parametrize("case", SLOW_ENDS)
def test_it_ends_in_time(case: str) -> None:
    assert timed(SLOW_ENDS[case]) in ("NAS403", "NAS404", "NAS409", "NAS410")


@pytest.mark.parametrize("case", WORKS)
def test_it_works(case: str) -> None:
    text, size = WORKS[case]
    space = parse_space(text)
    assert size is None or space.size == size
