"""What `encode NAME = …` says in a program over codes: a value computed from the program's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nasdsl import syntax as s
from nasdsl.diagnostics import fail
from nasdsl.values import Fields

from .conditions import Env, compute
from .forms import constant


def _names(expression: s.Expr, motifs: Mapping[str, s.Motif]) -> set[str]:
    """The names that an expression reads, itself and in the motifs that it calls."""
    found: set[str] = set()
    bodies = [expression]
    while bodies:
        new = {n.id for n in s.walk(bodies.pop()) if isinstance(n, s.Name)} - found
        found |= new
        bodies += [motifs[name].body for name in sorted(new & motifs.keys())]
    return found


def _function(motif: s.Motif, env: Env) -> Callable[..., Any]:
    """A motif as a function of its formals, in the names of `env` at the time of the call."""
    formals = [f.name for f in motif.formals]

    def called(*arguments: Any) -> Any:
        inner = {**env, **dict(zip(formals, arguments, strict=True))}
        return compute(motif.body, set(inner))(inner)

    return called


def evaluate_in(
    programs: Sequence[s.Program], expression: s.Expr, encoding: str, value: Any
) -> Any:
    """The value of an expression, where the parameter of the type `encoding` has this value.

    Other parameters that it reads have their defaults, which must be literals; lets are known too, and
    motifs whose bodies are values.
    """
    env: Env = {}
    lets: list[s.Let] = []
    items = [item for program in programs for item in program.items]
    motifs = {item.name: item for item in items if isinstance(item, s.Motif)}
    used = _names(expression, motifs)
    for name in used & motifs.keys():
        env[name] = _function(motifs[name], env)
    for program in programs:
        for item in program.items:
            if isinstance(item, s.Param):
                for binding in item.bindings:
                    if binding.type == encoding:
                        env[binding.name] = value
                    elif binding.name in used and binding.type is None:
                        env[binding.name] = constant(binding.value)
            elif isinstance(item, s.Let):
                lets.append(item)
    for item in lets:
        if item.name in used:
            env[item.name] = compute(item.value, set(env))(env)
    try:
        return listed(compute(expression, set(env))(env))
    except KeyError as error:
        raise fail("NAS075", f"it has no word for {error}", expression.span) from None
    except (TypeError, IndexError, ValueError, ZeroDivisionError) as error:
        message = f"it has nothing for this: {error}"
        raise fail("NAS075", message, expression.span) from None


def listed(value: Any) -> Any:
    """A value with its ranges as the lists that they stand for."""
    if isinstance(value, Fields):
        return Fields(value.names, tuple(listed(v) for v in value.values))
    if isinstance(value, tuple | range):
        return tuple(listed(v) for v in value)
    return value
