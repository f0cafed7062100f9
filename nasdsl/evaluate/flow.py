"""Pipelines and repetition: modules one after the other, and tensors that flow into them."""

from __future__ import annotations

from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import fail
from nasdsl.symbolic import Sym
from nasdsl.values import POISON, UNKNOWN, Chain, Env, MaybeList, OpModule, Scope, describe

from .basic import bound
from .call import hint, is_module, tensors, to_module
from .lists import elements
from .machine import Evaluator, Machine, Mistake

MAX_REPEAT = 2_000


def eval_pipeline(m: Machine, node: syntax.Pipeline, env: Env, scope: Scope) -> Any:
    current: Any = None
    first = True
    for part in node.parts:
        value = m.attempt(part, env, scope)
        if isinstance(value, tuple) and POISON in value:
            value = POISON  # what is wrong with it has been said
        if first:
            current, first = value, False
            if value is not POISON and not m.is_flow(value):
                current = to_module(m, value, scope, part.span, hint(part))
            continue
        module = to_module(m, value, scope, part.span, hint(part))
        if current is POISON or module is POISON:
            current = POISON
        elif m.is_flow(current):
            current = _flow(m, module, current, part.span)
        else:
            current = chain((current, module), node.span)
    return current


def _flow(m: Machine, module: Any, current: Any, span: Any) -> Any:
    """Apply a module to the tensor, or to the tensors side by side, that flow into it."""
    if isinstance(current, tuple | MaybeList):
        if isinstance(module, OpModule) and module.op.arity is None:
            return m.combine(module, tensors(m, elements(m, current, span), span), span)
        if isinstance(current, MaybeList):
            raise fail("NAS248", "a list whose length is open can only go into a combining operator", span,
                       help="as in `xs -> sum`")  # fmt: skip
        flows = [m.tensor(v, span) for v in current]
    else:
        flows = [m.tensor(current, span)]
    if POISON in flows:
        return POISON
    outputs = m.apply(module, flows, span)
    return outputs[0] if len(outputs) == 1 else outputs


def chain(parts: tuple[Any, ...], span: Any) -> Any:
    """Modules one after the other, nested chains flattened."""
    flat: list[Any] = []
    guards: list[Any] = []
    for part in parts:
        if isinstance(part, Chain):
            flat.extend(part.parts)
            guards.extend(part.guards)
        else:
            flat.append(part)
            guards.append(True)
    return Chain(tuple(flat), tuple(guards), span)


# ---------------------------------------------------------------------------- repetition


def _positive(count: Any) -> int:
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise Mistake("NAS246", f"a repetition needs a whole number from 0, not {describe(count)}")
    if count > MAX_REPEAT:
        raise Mistake("NAS406", f"{count:,} repetitions; the limit is {MAX_REPEAT:,}")
    return count


def _above(count: int, i: int) -> bool:
    return count > i


def eval_repeat(m: Machine, node: syntax.Repeat, env: Env, scope: Scope) -> Any:
    loop = scope.child("repeat")
    count = m.lift(_positive, m.eval(node.count, env, loop.child("count")), span=node.count.span)
    m.note_role(count, "count")
    parts, guards = [], []
    for i in range(_most(count, node.count.span)):
        inner = Env(env, {node.index: i}) if node.index else env

        def copy(held: bool, i: int = i, inner: Env = inner) -> Any:
            if not held:
                return POISON
            value = bound(m, node.body, inner, here := loop.item(i))
            return to_module(m, value, here, node.body.span, hint(node.body))

        guard = m.lift(_above, count, i, span=node.span)
        part = copy(True) if guard is True else m.cases(guard, copy, node.span)
        parts.append(part)
        guards.append(guard)
    return Chain(tuple(parts), tuple(guards), node.span)


def repeat_tied(m: Machine, count: Any, node: syntax.Binary, module: Any, scope: Scope) -> Any:
    """`n * module`: n copies of one decision, each with weights of its own."""
    if module is POISON or count is POISON:
        return POISON
    span = node.span
    if not is_module(module):
        raise fail("NAS201", f"`*` takes two numbers, or a number and a module, not {describe(count)} and "
                   f"{describe(module)}", span)  # fmt: skip
    count = m.lift(_positive, count, span=span)
    m.note_role(count, "count")
    most = _most(count, span)
    module = to_module(m, module, scope, span, hint(node.right))
    return Chain(
        (module,) * most, tuple(m.lift(_above, count, i, span=span) for i in range(most)), span
    )


def _most(count: Any, span: Any) -> int:
    if isinstance(count, int):
        return count
    if isinstance(count, Sym) and count.values:
        return int(max(count.values))
    if count is UNKNOWN or count is POISON:
        return 0
    raise fail("NAS404", "this number depends on too many decisions at once", span)


EVALUATE_FLOW: dict[type, Evaluator] = {
    syntax.Pipeline: eval_pipeline, syntax.Repeat: eval_repeat,
}  # fmt: skip
