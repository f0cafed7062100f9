"""What `encode NAME = …` says in a program over codes: a value computed from the program's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nasdsl import syntax as s
from nasdsl.diagnostics import fail

from .conditions import Env, compute
from .forms import constant


def evaluate_in(
    programs: Sequence[s.Program], expression: s.Expr, encoding: str, value: Any
) -> Any:
    """The value of an expression, where the parameter of the type `encoding` has this value.

    Other parameters that it reads have their defaults, which must be literals; lets are known too.
    """
    env: Env = {}
    lets: list[s.Let] = []
    used = {node.id for node in s.walk(expression) if isinstance(node, s.Name)}
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
        return compute(expression, set(env))(env)
    except (TypeError, IndexError, KeyError, ValueError, ZeroDivisionError) as error:
        message = f"the other notation has nothing for this: {error}"
        raise fail("NAS075", message, expression.span) from None
