"""From a program to what it denotes: its graph of choices, and every mistake on the way."""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Any

from . import syntax
from .bounds import CostRange, whole_depth
from .cases import TooMany, on_real_numbers
from .dag import Node, Pool, TooLarge
from .diagnostics import Diagnostic, NasError, fail
from .effort import PURSE, Exhausted
from .elaborate import Elaborator
from .evaluate.basic import bound, truth
from .ops.base import Op
from .program import MAX_BRANCHES, TooWide, compile_program
from .record import Frozen, record
from .scope import (
    COSTS,
    Outline,
    globals_of,
    mentions_cost,
    network_scope,
    recursive_motifs,
    settled_motifs,
)
from .spans import Span
from .symbolic import Var, forget
from .values import POISON, UNKNOWN, Env, Scope

ONE_AT_A_TIME = RLock()  # the purse and the tables of open values are shared


@record
class Elaborated(Frozen):
    """What elaboration of a program finds out."""

    root: Node | None
    diagnostics: tuple[Diagnostic, ...]
    cost: CostRange
    doubts: Mapping[Span | None, int]
    spans: Mapping[Var, Span | None]
    excluded: frozenset[tuple[Var, int]]
    later: tuple[syntax.Expr, ...]


def elaborate_program(
    program: Outline, ops: Mapping[str, Op], fixed: Env, checked: dict[Any, Any]
) -> Elaborated:
    """Elaborate a program: its graph of choices, and every mistake found on the way."""
    with ONE_AT_A_TIME:
        PURSE.fill()
        forget()
        try:
            return _elaborate(program, ops, fixed, checked)
        finally:
            forget()


def _elaborate(
    program: Outline, ops: Mapping[str, Op], fixed: Env, checked: dict[Any, Any]
) -> Elaborated:
    motifs = recursive_motifs(program), settled_motifs(program)
    machine = _run(Elaborator(globals_of(program, fixed), ops, *motifs, checked), program)
    demands = machine.held.demands
    if machine.diagnostics and demands:  # which the requirements may exclude
        again = Elaborator(globals_of(program, fixed), ops, *motifs, {}, demands)
        again.vars, again.spans = machine.vars, machine.spans
        machine = _run(again, program)
    root: Node | None = None
    if not machine.diagnostics:
        try:
            root = compile_program(tuple(machine.root), Pool())
        except Exhausted:
            machine.diagnostics.append(_too_much(program))
        except TooLarge as error:
            machine.diagnostics.append(Diagnostic(
                "NAS409", f"the decisions depend on each other in more than {error.limit:,} ways",
                program.network.span, help="decide fewer things by the same requirement or condition"))  # fmt: skip
        except TooWide as error:
            machine.diagnostics.append(_too_wide(error.var, machine.spans.get(error.var)))
        else:
            if root is None:
                machine.diagnostics.append(_unsatisfiable(program))
    return Elaborated(root, tuple(machine.diagnostics), machine.cost, machine.rule.doubts,
                      machine.spans, frozenset(machine.excluded), tuple(machine.later))  # fmt: skip


def _too_wide(var: Var, span: Span | None) -> Diagnostic:
    return Diagnostic("NAS412", f"`{var.path}` has {var.size:,} options, too many for a requirement or a "
                      f"structure that depends on it: at most {MAX_BRANCHES:,}", span,
                      help="choose from fewer values, as in `any 0..1000000 step 1000`, or require nothing of it")  # fmt: skip


def _too_much(program: Outline) -> Diagnostic:
    return Diagnostic("NAS410", "it would take too long to work out this space", program.network.span,
                      notes=(("too many decisions bear on each other, or too much is repeated", None),),
                      help="decide fewer things by the same requirement or condition, or repeat less")  # fmt: skip


def _run(machine: Elaborator, program: Outline) -> Elaborator:
    """Elaborate the network, and the requirements in any case."""
    for part in (_elaborate_network, _elaborate_requires):
        try:
            part(machine, program)
        except TooMany:
            break
        except Exhausted:
            machine.diagnostics.append(_too_much(program))
            break
        except NasError as error:
            machine.diagnostics.extend(d for d in error.diagnostics if d not in machine.diagnostics)
    return machine


def _unsatisfiable(program: Outline) -> Diagnostic:
    span = program.requires[0].span if program.requires else program.network.span
    return Diagnostic("NAS511", "no architecture meets the requirements", span,
                      help="relax a `require`, or widen a choice")  # fmt: skip


def _elaborate_network(machine: Elaborator, program: Outline) -> None:
    value = bound(machine, program.network.value, machine.globals, network_scope(program))
    outputs = value if isinstance(value, tuple) else (value,)
    if not machine.inputs and value is not POISON:
        raise fail("NAS502", "this network has no input", program.network.span,
                   help="begin with one, as in `image(3, 32, 32) -> …`")  # fmt: skip
    found = [machine.tensor(output, program.network.span) for output in outputs]
    spent = machine.cost
    depth = whole_depth(t.depth for t in found if t is not POISON)
    machine.cost = CostRange(spent.params, spent.macs, spent.activations, depth)


def _elaborate_requires(machine: Elaborator, program: Outline) -> None:
    for condition in program.requires:
        if mentions_cost(condition, program):
            later = Env(machine.globals, dict.fromkeys(COSTS, UNKNOWN))
            machine.attempt(condition, later, Scope("require"))
            continue
        value = machine.attempt(condition, machine.globals, Scope("require"))
        try:
            held = truth(machine, value, condition.span)
            if on_real_numbers(held):
                machine.later.append(condition)
            else:
                machine.demand(held, condition.span)
        except NasError as error:
            machine.report(error)
