"""Open values: what a decision leaves of them, and trying all decisions at once, as by plain evaluation."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.domains import Domain
from nasdsl.symbolic import Sym, Var, apply, evaluate, forget, index_of, select, substitute
from nasdsl.trials import Condition, assignments

SIZES = (2, 3, 2, 4)


def _plus(a: int, b: int) -> int:
    return a + b


def _over(a: int, b: int) -> int:
    return a // b


def _less(a: int, b: int) -> bool:
    return a < b


def variables() -> list[Var]:
    return [Var(f"v{i}", Domain("one", range(n))) for i, n in enumerate(SIZES)]


@st.composite
def expressions(draw: st.DrawFn, known: list[Var], depth: int = 4) -> Any:
    """A number that may be open; division by zero included."""
    kind = draw(st.sampled_from(["var", "number", "plus", "over", "select"]))
    if depth == 0 or kind in ("var", "number"):
        return (
            index_of(draw(st.sampled_from(known))) if kind != "number" else draw(st.integers(0, 3))
        )
    inner = expressions(known, depth - 1)
    if kind == "select":
        key = draw(st.sampled_from(known))
        return select(index_of(key), {i: draw(inner) for i in range(key.domain.size or 0)})
    function: Callable[[int, int], int] = _plus if kind == "plus" else _over
    return apply(function, draw(inner), draw(inner)) if kind == "plus" else _divided(draw, inner)


def _divided(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> Any:
    a, b = draw(inner), draw(inner)
    return apply(_over, a, b if isinstance(b, Sym) or b else 1)


def outcome(value: Any, env: dict[Var, int]) -> Any:
    try:
        return evaluate(value, env)
    except (ArithmeticError, LookupError):
        return "none"


def points(known: list[Var]) -> list[dict[Var, int]]:
    return [
        dict(zip(known, indices, strict=True))
        for indices in product(*(range(v.domain.size or 0) for v in known))
    ]


@settings(max_examples=75, deadline=None)
@given(st.data())
def test_substitution_is_evaluation(data: st.DataObject) -> None:
    forget()
    known = variables()
    value = data.draw(expressions(known))
    for env in points(known):
        left = value
        try:
            for var in known:
                left = substitute(left, var, env[var])
        except (ArithmeticError, LookupError):
            left = "none"
        plain = outcome(value, env)
        if plain != "none":  # else a part without a value may have been folded away
            assert left == plain
            assert not isinstance(value, Sym) or plain in (value.values or ())


@settings(max_examples=75, deadline=None)
@given(st.data())
def test_trials_are_evaluation(data: st.DataObject) -> None:
    forget()
    known = variables()
    conditions: list[Condition] = []
    for _ in range(data.draw(st.integers(0, 3))):
        sym = apply(_less, data.draw(expressions(known)), data.draw(expressions(known)))
        if isinstance(sym, Sym):
            conditions.append((sym, data.draw(st.booleans())))
    if data.draw(st.booleans()):
        conditions.append((index_of(known[0]), 1))
    value = data.draw(expressions(known))
    good = [env for env in points(known) if all(outcome(s, env) == w for s, w in conditions)]
    tried = assignments(known, conditions)
    assert tried is not None
    assert list(tried) == good
    codes, values = tried.column(value)
    assert ["none" if c < 0 else values[c] for c in codes] == [outcome(value, e) for e in good]


def test_too_many_are_not_tried() -> None:
    known = variables()
    assert assignments(known, [], limit=prod(SIZES)) is not None
    assert assignments(known, [], limit=prod(SIZES) - 1) is None


def test_alike_is_the_same() -> None:
    forget()
    var = variables()[0]
    assert apply(_plus, index_of(var), 1) is apply(_plus, index_of(var), 1)
    assert apply(_plus, index_of(var), 1) is not apply(_plus, index_of(var), 1.0)
    assert apply(_plus, index_of(var), 1) is not apply(_plus, index_of(var), True)
