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
        compare(space)
    except TooMany:
        assume(False)


def compare(space: Space) -> None:
    expected, names = meaning(space)
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


FIXED = {
    "options of one": "network = vector(4) -> linear((any [any [1, 2]]) + (any [any [1, 2]]))",
    "second decisions": "motif f = (any [1, 2]) + (any [1, 2])\nlet l = [f(), f()]\nnetwork = vector(4) -> linear(sum(l))",
    "open count": "let n = any 1..2\nmotif f = sum(pick n of [1, 2, 3]) + (any [1, 2])\nnetwork = vector(4) -> linear(f())",
    "open motif": "motif f = linear(any [1, 2])\nmotif g = relu | tanh\nnetwork = vector(4) -> (f | g)",
    "open call": "motif f(k) = linear(any [1, 2])\nmotif g(k) = relu | tanh\nnetwork = vector(4) -> (f | g)(3)",
    "motifs side by side": "motif f = linear(4) | identity\nmotif g = relu | tanh\nnetwork = vector(4) -> sum([f, g]) -> sum([f, g])",
    "motifs in lists": "motif f = linear(4) | identity\nmotif g = relu | tanh\n"
    "network = vector(4) -> chain(some of [f, g]) -> sum(pick 2 of [f, g, f])",
    "open range": "let n = any 1..3\nmotif f = (any 1..n) + (any [1, 2])\nnetwork = vector(4) -> linear(f())",
    "filtered options": "let k = any 1..4\nlet l = [i for i in 1..4 if i != k]\nlet y = any l\nnetwork = vector(4) -> linear(y)",
    "open options": "let l = [any [1, 2], 3]\nlet s = some of l\nnetwork = vector(4) -> linear(1 + sum(s))",
    "places behind an open list": "let n = any 1..2\nlet l = [i for i in 1..n] + [5]\nlet m = [any [1, 2] for x in l]\n"
    "network = vector(4) -> linear(1 + sum(m))",
    "open lists of open numbers": "let n = any 1..2\nlet l = [any [1, 2]] if n == 1 else [any [3, 4], 5]\n"
    "network = vector(4) -> linear(l[0] + len(l))",
    "open index": "let l = [any [1, 2], any [3, 4]]\nlet i = any 0..1\nnetwork = vector(4) -> linear(l[i])",
    "membership": "let l = [any [1, 2], any [3, 4]]\nlet i = any 1..4\nnetwork = vector(4) -> linear(3)\nrequire i in l",
    "open bits": "let n = any 1..2\nlet s = (some of [1, 2]) + (1..n)\nlet m = [any [1, 2] for x in s + [3]]\n"
    "network = vector(4) -> linear(sum(m))",
    "lists under when": "let c = any [true, false]\nlet b = [2, 3]\nnetwork = vector(4) -> graph (x) {\n  s = some of b\n"
    "  when c { s += any [1, 2] }\n  s += any [7, 8]\n  t = [any [1, 2] for v in s]\n  out x -> linear(sum(t))\n}",
    "recursion": "motif t(d) = linear(4) if d == 0 else one of {\n  leaf: linear(4)\n  node: sum([t(d - 1), t(d - 1)]) -> relu\n}\n"
    "network = vector(4) -> t(2)",
    "cases of strings": 'let op = any ["a", "b", "c"]\nmotif f(x) = case x { a: any 1..2, b: (any 3..4) + (any 5..6), else: 7 }\n'
    "network = vector(4) -> linear(f(op)) -> linear(f(op)) -> case op { c: relu | tanh, else: identity }",
    "cases of numbers": "let n = any 0..3\nlet m = case n % 3 { 0: any [1, 2], 1: n, 2: any 1..n }\n"
    "network = vector(4) -> linear(1 + m) -> repeat (case m { 1: 0, 2: 1, else: any 1..2 }) { relu | tanh }",
    "cases that a requirement excludes": 'let op = any ["a", "b", "c"]\nrequire op != "b"\n'
    "network = vector(4) -> case op { a: relu | tanh, c: linear(any 1..3) }",
    "cases of cases": 'let x = one of { p: "a" q: any ["a", "b"] }\nlet y = case x { a: any ["u", "v"], b: "u" }\n'
    "network = vector(4) -> graph (x) {\n  s = [x]\n  for c in case y { u: 1..2, v: 1..3 } { s += s[-1] -> (relu | tanh) }\n  out s[-1]\n}",
    "cases in a recursive motif": 'motif t(d, op) = case d { 0: relu, else: case op { a: t(d - 1, "b") | tanh, b: t(d - 1, any ["a", "b"]) } }\n'
    'network = vector(4) -> t(2, any ["a", "b"])',
    "characters": 'let code = any ["01", "110"]\nlet l = [any 1..2 if c == "1" else 3 for c in code]\n'
    'network = vector(4) -> linear(sum(l)) -> linear(case code[-1] { "0": len(code), "1": any [7, 8] })',
    "functions of open values": "let x = any 1..4\nlet l = [any [1, 2], 3]\n"
    "network = vector(4) -> linear(divisible(10 * x, 8)) -> linear(pow(2, x)) -> linear(1 + index([1, 2, 3, 4], x))\n"
    "require all([v < 3 or x > 1 for v in l if v != x]), int(1.5 * x) != 6",
}  # fmt: skip


@pytest.mark.parametrize("case", FIXED)
def test_it_means_what_it_says(case: str) -> None:
    compare(parse_space(FIXED[case]))
