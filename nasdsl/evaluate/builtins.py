"""The built-in functions: numbers, lists, tensors' shapes, loose ends, recurrence."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import fail
from nasdsl.record import Frozen, record
from nasdsl.symbolic import is_partial, only_if
from nasdsl.values import POISON, UNKNOWN, Env, MaybeList, Scan, Scope

from .arithmetic import divisible, number, position, power, whole
from .basic import bound, conjunction, truth
from .folds import COUNT, Fold
from .lists import elements, length, reverse, settle
from .machine import Machine, Mistake

Run = Callable[[Machine, syntax.Call, Env, Scope], Any]
Reduce = Callable[[Machine, list[tuple[Any, Any]], syntax.Call], Any]


@record
class Spec(Frozen):
    """A built-in: its parameters (for messages and static checks) and its meaning."""

    name: str
    params: tuple[str, ...]
    doc: str
    run: Run
    reduce: Reduce
    required: int
    variadic: bool = False


def _arguments(
    m: Machine, spec: tuple[str, ...], required: int, node: syntax.Call, env: Env, scope: Scope
) -> list[Any]:
    given: dict[str, Any] = {}
    name = node.function.id if isinstance(node.function, syntax.Name) else "?"
    for i, argument in enumerate(node.arguments):
        key = argument.name or (spec[i] if i < len(spec) else None)
        if key is None or key not in spec or key in given:
            raise fail("NAS247", f"`{name}` takes ({', '.join(spec)})", argument.span)
        given[key] = bound(m, argument.value, env, scope.child(key))
    missing = [p for p in spec[:required] if p not in given]
    if missing:
        raise fail("NAS247", f"`{name}` needs `{missing[0]}`", node.span,
                   help=f"it is `{name}({', '.join(spec)})`")  # fmt: skip
    return [given.get(p) for p in spec]


def _no_reduce(m: Machine, items: list[tuple[Any, Any]], node: syntax.Call) -> Any:
    raise AssertionError("not a combiner")


def _pure(name: str, compute: Callable[[Any], Any], doc: str) -> Spec:
    def one(x: Any) -> Any:
        try:
            return compute(number(x, name))
        except (ValueError, OverflowError):
            raise Mistake("NAS202", f"`{name}({x})` has no value") from None

    one.__name__ = name

    def run(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
        (x,) = _arguments(m, ("x",), 1, node, env, scope)
        return m.lift(one, x, span=node.span)

    return Spec(name, ("x",), doc, run, _no_reduce, 1)


def _several(
    name: str, params: tuple[str, ...], required: int, compute: Callable[..., Any], doc: str
) -> Spec:
    """A pure function of plain values."""

    def run(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
        given = _arguments(m, params, required, node, env, scope)
        values = [settle(m, value, node.span) for value in given]
        return m.lift(compute, *values, span=node.span)

    return Spec(name, params, doc, run, _no_reduce, required)


def _fold(name: str, start: Any, step: Callable[[Any, Any], Any]) -> Spec:
    """A combiner of numbers; as a tensor operation it is an operator of the same name."""
    fold = Fold(name, start, step)

    def reduce(m: Machine, items: list[tuple[Any, Any]], node: syntax.Call) -> Any:
        items = [item for item in items if item[0] is not False]
        if start is None and not any(g is True for g, _ in items):
            raise fail("NAS214", f"`{name}` of a list that may be empty", node.span)
        return fold(m, items, node.span)

    def run(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
        values = [bound(m, a.value, env, scope.child("x")) for a in node.arguments]
        return reduce(m, [(True, v) for v in values], node)

    return Spec(name, ("xs",), f"{name} of numbers", run, reduce, 1, variadic=True)


def _run_len(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    (xs,) = _arguments(m, ("xs",), 1, node, env, scope)
    if isinstance(xs, MaybeList) and xs.slots is None:
        return COUNT(m, [(g, 1) for g in xs.guards if g is not False], node.span)
    return length(m, xs, node.span)


def _run_reverse(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    (xs,) = _arguments(m, ("xs",), 1, node, env, scope)
    return reverse(m, xs, node.span)


def _run_all(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    (xs,) = _arguments(m, ("xs",), 1, node, env, scope)
    result: Any = True
    for _, _, guard, value in elements(m, xs, node.span):
        held = truth(m, value, node.span)
        if is_partial(held):
            held = only_if(guard, held, True)
        elif guard is not True:
            held = m.lift(_unless, guard, held, span=node.span)
        result = conjunction(m, result, held, node.span)
    return result


def _unless(guard: bool, held: bool) -> bool:
    return held or not guard


def _same(a: Any, b: Any) -> int:
    return 1 if a == b else 0


def _run_count(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    xs, x = _arguments(m, ("xs", "x"), 2, node, env, scope)
    found = [
        (g, m.lift(_same, v, x, span=node.span))
        for _, _, g, v in elements(m, xs, node.span)
        if g is not False
    ]
    return BUILTINS["sum"].reduce(m, found, node)


def _run_chain(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    from .call import modules_of
    from .flow import chain

    (xs,) = _arguments(m, ("modules",), 1, node, env, scope)
    items = list(elements(m, xs, node.span))
    parts = modules_of(m, items, scope, node.span)
    if all(g is True for _, _, g, _ in items):
        return chain(parts, node.span)
    from nasdsl.values import Chain

    return Chain(parts, tuple(g for _, _, g, _ in items), node.span)


def _run_loose(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    (xs,) = _arguments(m, ("tensors",), 1, node, env, scope)
    return m.loose(xs, node.span)


def _run_scan(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    from .call import to_module

    cell, states = _arguments(m, ("cell", "states"), 2, node, env, scope)
    module = to_module(m, cell, scope, node.span, "cell")
    if not isinstance(states, tuple | range):
        states = (states,)
    return Scan(module, tuple(s if isinstance(s, tuple) else (s,) for s in states), node.span)


def _shape_query(name: str, pick: Callable[[tuple[int, ...]], int], doc: str) -> Spec:
    def one(shape: tuple[int, ...]) -> int:
        try:
            return pick(shape)
        except IndexError:
            raise Mistake("NAS215", f"a tensor of shape {shape} has no {name}") from None

    one.__name__ = name

    def run(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
        (x,) = _arguments(m, ("tensor",), 1, node, env, scope)
        if x is POISON or x is UNKNOWN:
            return x
        tensor = m.tensor(x, node.span)
        if tensor is POISON:
            return POISON
        return UNKNOWN if tensor.shape is None else m.lift(one, tensor.shape, span=node.span)

    return Spec(name, ("tensor",), doc, run, _no_reduce, 1)


def _spatial(axis: int) -> Callable[[tuple[int, ...]], int]:
    def pick(shape: tuple[int, ...]) -> int:
        if len(shape) != 3:
            raise IndexError
        return shape[axis]

    return pick


def _channels(shape: tuple[int, ...]) -> int:
    return shape[0] if len(shape) != 2 else shape[1]


def _steps(shape: tuple[int, ...]) -> int:
    if len(shape) != 2:
        raise IndexError
    return shape[0]


def _multiply(a: Any, b: Any) -> Any:
    return a * b


def _spec(name: str, params: tuple[str, ...], doc: str, run: Run) -> Spec:
    return Spec(name, params, doc, run, _no_reduce, len(params))


def _plus(a: Any, b: Any) -> Any:
    return a + b


BUILTINS: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        _fold("sum", 0, _plus), _fold("mul", 1, _multiply), _fold("min", None, min), _fold("max", None, max),
        _pure("abs", abs, "the absolute value"), _pure("floor", math.floor, "rounded down"),
        _pure("ceil", math.ceil, "rounded up"), _pure("round", round, "the nearest whole number (ties to even)"),
        _pure("sqrt", math.sqrt, "the square root"), _pure("log2", math.log2, "the logarithm to base 2"),
        _pure("log", math.log, "the natural logarithm"), _pure("exp", math.exp, "the power of e"),
        _several("pow", ("a", "b"), 2, power, "a to the power b"),
        _several("int", ("x",), 1, whole, "without what is behind the point; of a string, the number it writes"),
        _several("divisible", ("x", "by", "least"), 2, divisible, "the next multiple"),
        _several("index", ("xs", "x"), 2, position, "the first place of an element"),
        _spec("all", ("xs",), "whether all conditions of a list hold", _run_all),
        _spec("len", ("xs",), "the number of elements of a list", _run_len),
        _spec("reverse", ("xs",), "the list backwards", _run_reverse),
        _spec("count", ("xs", "x"), "how often a number or string stands in a list", _run_count),
        _spec("chain", ("modules",), "the modules of a list, one after the other", _run_chain),
        _spec("loose", ("tensors",), "the tensors of a list that nothing has read so far", _run_loose),
        _spec("scan", ("cell", "states"), "a recurrent cell over the steps of a sequence", _run_scan),
        _shape_query("channels", _channels, "the channels of an image, or the features of a sequence or vector"),
        _shape_query("height", _spatial(1), "the height of an image"),
        _shape_query("width", _spatial(2), "the width of an image"),
        _shape_query("steps", _steps, "the number of steps of a sequence"),
    )
}  # fmt: skip

__all__ = ["BUILTINS", "MaybeList", "Spec"]
