"""The statements of a graph block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import NasError, fail
from nasdsl.symbolic import Sym
from nasdsl.values import POISON, UNKNOWN, Env, MaybeList, Scope, Tensor, describe

from .basic import bound, truth
from .lists import append, elements, settle
from .machine import Machine


class Frame:
    """The run of one graph block: its outputs, once `out` is reached."""

    __slots__ = ("outputs",)

    def __init__(self) -> None:
        self.outputs: tuple[Any, ...] | None = None


def run_block(
    m: Machine, body: tuple[syntax.Statement, ...], env: Env, scope: Scope, frame: Frame
) -> None:
    """Run statements; a mistake in one does not hide those of the next."""
    for statement in body:
        try:
            _RUN[type(statement)](m, statement, env, scope, frame)
        except NasError as error:
            m.report(error)
            for name in _assigned((statement,)):
                env.names.setdefault(name, POISON)


def _assigned(body: tuple[syntax.Statement, ...]) -> list[str]:
    names: list[str] = []
    for statement in body:
        match statement:
            case syntax.Assign(targets):
                names.extend(targets)
            case syntax.Append(target):
                names.append(target)
            case syntax.Loop(_, _, _, inner):
                names.extend(_assigned(inner))
            case syntax.When(_, inner, other):
                names.extend(_assigned(inner) + _assigned(other))
    return names


def run_assign(m: Machine, node: syntax.Assign, env: Env, scope: Scope, frame: Frame) -> None:
    value = bound(m, node.value, env, scope.child(node.targets[0]))
    if len(node.targets) == 1:
        env.names[node.targets[0]] = value
        return
    value = settle(m, value, node.value.span)
    if value is POISON or value is UNKNOWN:
        parts: tuple[Any, ...] = (value,) * len(node.targets)
    elif isinstance(value, MaybeList | tuple | range):
        parts = tuple(v for _, _, _, v in elements(m, value, node.value.span))
    else:
        raise fail("NAS230", f"{len(node.targets)} names need as many values, not {describe(value)}",
                   node.value.span)  # fmt: skip
    if len(parts) != len(node.targets):
        raise fail("NAS230", f"{len(node.targets)} names for {len(parts)} values", node.span)
    env.names.update(zip(node.targets, parts, strict=True))


def run_append(m: Machine, node: syntax.Append, env: Env, scope: Scope, frame: Frame) -> None:
    value = bound(m, node.value, env, scope.child(node.target))
    target = m.lookup(node.target, env, node.span)
    env.names[node.target] = append(m, target, value, node.span)


def run_loop(m: Machine, node: syntax.Loop, env: Env, scope: Scope, frame: Frame) -> None:
    loop = scope.child(node.index or node.name)
    source = m.eval(node.source, env, loop.child("in"))
    if source is UNKNOWN:
        raise ShapeBound
    found = elements(m, source, node.source.span)

    def body(place: int, rank: Any, value: Any) -> None:
        env.names[node.name] = value
        if node.index is not None:
            env.names[node.index] = rank
        run_block(m, node.body, env, loop.item(place), frame)

    if isinstance(source, Sym):
        return _run_prefix(m, found, body, env, node.span)
    for place, rank, guard, value in found:
        if guard is True:
            body(place, rank, value)
        elif guard is not False:
            branch(
                m,
                guard,
                lambda held, e=(place, rank, value): body(*e) if held else None,
                env,
                node.span,
            )


def _run_prefix(
    m: Machine,
    rest: Iterator[tuple[int, Any, Any, Any]],
    body: Callable[[int, Any, Any], None],
    env: Env,
    span: Any,
) -> None:
    """A loop of open length: what comes after an element is there only if the element is."""
    for place, rank, guard, value in rest:
        if guard is True:
            body(place, rank, value)
            continue

        def side(held: bool, place: int = place, rank: Any = rank, value: Any = value) -> None:
            if held:
                body(place, rank, value)
                _run_prefix(m, rest, body, env, span)

        branch(m, guard, side, env, span)
        return


class ShapeBound(Exception):
    """A loop is bounded by a shape that is not known yet: nothing more can be learnt here."""


def run_when(m: Machine, node: syntax.When, env: Env, scope: Scope, frame: Frame) -> None:
    inner = scope.child("when")
    cond = truth(m, m.eval(node.cond, env, inner.child("if")), node.cond.span)
    yes, no = inner.child("then"), inner.child("else")

    def side(held: bool) -> None:
        run_block(
            m, node.body if held else node.orelse, env, (yes if held else no).restart(), frame
        )

    if isinstance(cond, bool):
        side(cond)
    elif cond is POISON:  # a mistake that has been reported: what the sides define is one too
        for name in _assigned((node,)):
            env.names[name] = POISON
    else:
        branch(m, cond, side, env, node.span)


def branch(m: Machine, key: Any, run: Any, env: Env, span: Any) -> None:
    """Run statements under each value of an open condition and join what they leave in names."""
    before = dict(env.names)
    names: list[str] = list(before)

    def one(value: Any) -> Any:
        env.names.clear()
        env.names.update(before)
        run(value)
        after = dict(env.names)
        names.extend(n for n in after if n not in names)
        return after

    snapshots: dict[Any, dict[str, Any]] = {}

    def keep(value: Any) -> Any:
        snapshots[value] = one(value)
        return POISON

    m.cases(key, keep, span)
    env.names.clear()
    env.names.update(before)
    for name in names:
        olds = [s.get(name, POISON) for s in snapshots.values()]
        if any(v is not olds[0] for v in olds) or name not in before:

            def left(value: Any, name: str = name) -> Any:
                return snapshots.get(value, before).get(name, POISON)

            env.names[name] = m.cases(key, left, span)


def run_require(m: Machine, node: syntax.Require, env: Env, scope: Scope, frame: Frame) -> None:
    for condition in node.conditions:
        value = m.eval(condition, env, scope.child("require"))
        m.demand(truth(m, value, condition.span), condition.span)


def run_out(m: Machine, node: syntax.Out, env: Env, scope: Scope, frame: Frame) -> None:
    values = []
    for i, expr in enumerate(node.values):
        value = m.eval(expr, env, scope.child("out" if i == 0 else f"out{i}"))
        values.append(m.tensor(value, expr.span))
    frame.outputs = tuple(values)


def output_count(body: tuple[syntax.Statement, ...]) -> int:
    """How many outputs a block has, by its `out` statement (0 without one)."""
    for statement in body:
        match statement:
            case syntax.Out(values):
                return len(values)
            case syntax.When(_, inner, other):
                if count := output_count(inner) or output_count(other):
                    return count
    return 0


def eval_graph(m: Machine, node: syntax.Graph, env: Env, scope: Scope) -> Any:
    return m.graph(node, env, scope.child("graph"))


_RUN: dict[type, Any] = {
    syntax.Assign: run_assign, syntax.Append: run_append, syntax.Loop: run_loop,
    syntax.When: run_when, syntax.Require: run_require, syntax.Out: run_out,
}  # fmt: skip

__all__ = ["Frame", "ShapeBound", "Tensor", "branch", "output_count", "run_block"]
