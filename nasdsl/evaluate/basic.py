"""Literals, names, arithmetic, conditionals and bindings."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import fail
from nasdsl.symbolic import RULES, Sym, is_partial, only_if
from nasdsl.values import POISON, UNKNOWN, Env, Fields, FloatRange, MaybeList, Scope, describe

from .folds import compared
from .lists import (
    append_lists,
    check_length,
    check_nesting,
    contains,
    elements,
    is_wide,
    open_width,
    settle,
)
from .machine import MAX_NUMBER, Evaluator, Machine, Mistake


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _arithmetic(sign: str, compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(a: Any, b: Any) -> Any:
        if not (_number(a) and _number(b)):
            raise Mistake(
                "NAS201", f"`{sign}` takes two numbers, not {describe(a)} and {describe(b)}"
            )
        try:
            result = compute(a, b)
        except (ZeroDivisionError, OverflowError):
            raise Mistake("NAS202", f"`{a} {sign} {b}` has no value") from None
        if abs(result) > MAX_NUMBER:
            raise Mistake("NAS203", f"`{a} {sign} {b}` is too large a number")
        return result

    run.__name__ = sign
    return run


def _divide(a: Any, b: Any) -> Any:
    return a // b if isinstance(a, int) and isinstance(b, int) else a / b


def _ordered(sign: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def run(a: Any, b: Any) -> bool:
        if not (_number(a) and _number(b)):
            raise Mistake(
                "NAS201", f"`{sign}` compares two numbers, not {describe(a)} and {describe(b)}"
            )
        return compare(a, b)

    run.__name__ = sign
    return run


def _equal(a: Any, b: Any) -> bool:
    for value in (a, b):
        if not isinstance(value, int | float | str | tuple | range | Fields | None):
            raise Mistake(
                "NAS201", f"`==` compares numbers, strings and lists, not {describe(value)}"
            )
    if a is None or b is None:
        return a is b
    if isinstance(a, str | bool) != isinstance(b, str | bool):
        raise Mistake(
            "NAS201", f"`==` compares values of one kind, not {describe(a)} and {describe(b)}"
        )
    return (
        (tuple(a) == tuple(b))
        if isinstance(a, tuple | range) and isinstance(b, tuple | range)
        else a == b
    )


def _unequal(a: Any, b: Any) -> bool:
    return not _equal(a, b)


def _outside(a: Any, b: Any) -> bool:
    return not contains(a, b)


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": _arithmetic("+", operator.add), "-": _arithmetic("-", operator.sub),
    "*": _arithmetic("*", operator.mul), "/": _arithmetic("/", _divide),
    "%": _arithmetic("%", operator.mod), "<": _ordered("<", operator.lt),
    "<=": _ordered("<=", operator.le), ">": _ordered(">", operator.gt),
    ">=": _ordered(">=", operator.ge), "==": _equal, "!=": _unequal,
    "in": contains, "not in": _outside,
}  # fmt: skip

for _sign in ("==", "!=", "<", "<=", ">", ">="):
    RULES[OPERATORS[_sign]] = compared(OPERATORS[_sign], _sign)


def _negate(a: Any) -> Any:
    if not _number(a):
        raise Mistake("NAS201", f"`-` takes a number, not {describe(a)}")
    return -a


def _not(a: bool) -> bool:
    return not a


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, tuple | range):
        return len(value) > 0
    raise Mistake(
        "NAS204", f"a condition must be true or false, not {describe(value)}",
        "compare it, as in `x == 1`" if _number(value) else "",
    )  # fmt: skip


def _or(a: bool, b: bool) -> bool:
    return a or b


def disjunction(m: Machine, conditions: Iterable[Any], span: Any) -> Any:
    """Whether any of the conditions holds (folded, so that many of them stay small)."""
    result: Any = False
    for condition in conditions:
        if condition is True:
            return True
        if condition is not False:
            result = condition if result is False else m.lift(_or, result, condition, span=span)
    return result


def truth(m: Machine, value: Any, span: Any) -> Any:
    """A condition: a truth value, or a list (true if it has an element)."""
    if isinstance(value, bool) or value is UNKNOWN or value is POISON:
        return value
    if isinstance(value, MaybeList):
        return disjunction(m, value.guards, span)
    return m.lift(_truth, value, span=span)


def bound(m: Machine, node: syntax.Expr, env: Env, scope: Scope) -> Any:
    """Evaluate an expression that owns its scope (a binding, an item, an alternative)."""
    while isinstance(node, syntax.Group):
        node = node.body
    if isinstance(node, syntax.Graph):
        return m.graph(node, env, scope)
    if isinstance(node, syntax.Call):
        from .call import call

        return call(m, node, env, scope, own=True)
    return m.eval(node, env, scope)


def eval_number(m: Machine, node: syntax.Number, env: Env, scope: Scope) -> Any:
    return node.value


def eval_text(m: Machine, node: syntax.Text | syntax.Boolean, env: Env, scope: Scope) -> Any:
    return node.value


def eval_name(m: Machine, node: syntax.Name, env: Env, scope: Scope) -> Any:
    return m.lookup(node.id, env, node.span)


def eval_group(m: Machine, node: syntax.Group, env: Env, scope: Scope) -> Any:
    return m.eval(node.body, env, scope)


def eval_where(m: Machine, node: syntax.Where, env: Env, scope: Scope) -> Any:
    inner = Env(env)
    for binding in node.bindings:
        inner.names[binding.name] = bound(m, binding.value, inner, scope.child(binding.name))
    return m.eval(node.body, inner, scope)


def eval_unary(m: Machine, node: syntax.Unary, env: Env, scope: Scope) -> Any:
    value = m.eval(node.operand, env, scope)
    if node.op == "-":
        return m.lift(_negate, value, span=node.span)
    return m.lift(_not, truth(m, value, node.operand.span), span=node.span)


def eval_binary(m: Machine, node: syntax.Binary, env: Env, scope: Scope) -> Any:
    if node.op in ("and", "or"):
        return _logic(m, node, env, scope)
    left = m.eval(node.left, env, scope)
    right = m.eval(node.right, env, scope)
    if node.op == "+" and (_listlike(left) or _listlike(right)):
        return append_lists(m, left, right, node.span)
    if node.op == "*":
        from .call import is_module
        from .flow import repeat_tied

        if is_module(right):
            return repeat_tied(m, left, node, right, scope.child("times"))
    if node.op in ("in", "not in") and isinstance(right, MaybeList):
        found = _held_in(m, left, right, node.span)
        return found if node.op == "in" else m.lift(_not, found, span=node.span)
    left, right = settle(m, left, node.left.span), settle(m, right, node.right.span)
    return m.lift(OPERATORS[node.op], left, right, span=node.span)


def _held_in(m: Machine, x: Any, xs: MaybeList, span: Any) -> Any:
    """`x in xs` where elements may be absent: whether one that equals x is there."""
    held: list[Any] = []
    for guard, element in xs:
        if guard is not False:
            held.append(conjunction(m, guard, m.lift(_same, x, element, span=span), span))
    return disjunction(m, held, span)


def _same(x: Any, element: Any) -> bool:
    return contains(x, (element,))


def _listlike(value: Any) -> bool:
    return isinstance(value, tuple | range | MaybeList)


def _logic(m: Machine, node: syntax.Binary, env: Env, scope: Scope) -> Any:
    inner = scope.child(node.op)
    left = truth(m, m.eval(node.left, env, scope), node.left.span)

    def right(value: bool) -> Any:
        if value == (node.op == "or"):
            return value
        return truth(m, m.eval(node.right, env, inner.restart()), node.right.span)

    return m.cases(left, right, node.left.span)


def eval_ternary(m: Machine, node: syntax.Ternary, env: Env, scope: Scope) -> Any:
    cond = truth(m, m.eval(node.cond, env, scope), node.cond.span)
    yes, no = scope.child("if"), scope.child("else")

    def branch(value: bool) -> Any:
        return bound(m, node.then if value else node.other, env, (yes if value else no).restart())

    return m.cases(cond, branch, node.cond.span)


def _span_range(start: Any, stop: Any, step: Any) -> range:
    for value in (start, stop, step):
        if not isinstance(value, int) or isinstance(value, bool):
            raise Mistake("NAS205", f"a range runs over whole numbers here, not {describe(value)}")
    if step == 0:
        raise Mistake("NAS206", "the step of a range must not be 0")
    return range(start, stop + (1 if step > 0 else -1), step)


def eval_range(m: Machine, node: syntax.Range, env: Env, scope: Scope) -> Any:
    start = m.eval(node.start, env, scope)
    stop = m.eval(node.stop, env, scope)
    step = m.eval(node.step, env, scope) if node.step is not None else 1
    if isinstance(start, float) or isinstance(stop, float) or node.log:
        return _float_range(node, start, stop)
    return m.lift(_span_range, start, stop, step, span=node.span)


def _float_range(node: syntax.Range, start: Any, stop: Any) -> FloatRange:
    if not (_number(start) and _number(stop)):
        raise fail("NAS205", "the ends of a range of real numbers must be plain numbers", node.span)
    if node.step is not None:
        raise fail("NAS207", "a range of real numbers has no step", node.span,
                   help="write a list, as in `any [0.1, 0.2, 0.4]`")  # fmt: skip
    if start >= stop:
        raise fail("NAS208", f"the range {start:g}..{stop:g} is empty", node.span,
                   help=f"write {stop:g}..{start:g}" if start > stop else "widen the range")  # fmt: skip
    if node.log and start <= 0:
        raise fail("NAS209", f"a logarithmic range must start above 0, not at {start:g}", node.span)
    return FloatRange(float(start), float(stop), node.log)


def eval_list(m: Machine, node: syntax.List, env: Env, scope: Scope) -> Any:
    items = []
    for i, item in enumerate(node.items):
        items.append(bound(m, item, env, scope.child(item_name(item, i))))
    check_nesting(items, node.span)
    return tuple(items)


def item_name(item: syntax.Expr, index: int) -> str:
    """The path segment of an element: what it calls or names, else its number."""
    while isinstance(item, syntax.Group):
        item = item.body
    if isinstance(item, syntax.Call) and isinstance(item.function, syntax.Name):
        return item.function.id
    return item.id if isinstance(item, syntax.Name) else str(index)


def eval_tensors(m: Machine, node: syntax.Tensors, env: Env, scope: Scope) -> Any:
    return eval_list(m, syntax.List(node.items, span=node.span), env, scope)


def eval_comprehension(m: Machine, node: syntax.Comprehension, env: Env, scope: Scope) -> Any:
    guards: list[Any] = []
    values: list[Any] = []
    items, width, exact = lazy_items(m, node, env, scope)
    for guard, inner, here in items:

        def make(held: bool, inner: Env = inner, here: Scope = here) -> Any:
            return bound(m, node.item, inner, here) if held else POISON

        guards.append(guard)
        values.append(make(True) if guard is True else m.cases(guard, make, node.span))
    check_nesting(values, node.span)
    if all(g is True for g in guards):
        return tuple(values)
    return MaybeList(tuple(values), tuple(guards), width=width, exact=exact)


def lazy_items(
    m: Machine, node: syntax.Comprehension, env: Env, scope: Scope
) -> tuple[list[tuple[Any, Env, Scope]], Any, bool]:
    """The condition, names and scope of each item of a comprehension, which is not evaluated.

    Also the width of the list, if it is open, and whether its places alone decide what is there.
    """
    out: list[tuple[Any, Env, Scope]] = []
    width: Any = None
    exact = False

    def clause(depth: int, env: Env, guard: Any, scope: Scope) -> None:
        if depth == len(node.clauses):
            check_length(out, node.span)
            out.append((guard, env, scope))
            return
        this = node.clauses[depth]
        loop = scope.child(this.index or this.name)
        source = m.eval(this.source, env, loop.child("in"))
        if depth == 0:
            nonlocal width, exact
            width = open_width(m, source, this.source.span)
            exact = width is not None and this.cond is None and getattr(source, "exact", True)
        for place, rank, held, value in elements(m, source, this.source.span):
            _check_places(m, node, depth, source, held)
            inner = Env(env, {this.name: value})
            if this.index is not None:
                inner.names[this.index] = rank
            here = loop.item(place)
            both = conjunction(m, guard, held, this.span)
            if this.cond is not None and both is not False:
                both = _filtered(m, this.cond, inner, here, both)
            clause(depth + 1, inner, both, here)

    clause(0, env, True, scope)
    return out, width, exact


def _check_places(
    m: Machine, node: syntax.Comprehension, depth: int, source: Any, held: Any
) -> None:
    """With several clauses, the places of items must not depend on decisions."""
    if len(node.clauses) > 1 and (
        is_wide(source) or (depth < len(node.clauses) - 1 and not isinstance(held, bool))
    ):
        raise fail("NAS226", "how many items this list has is open inside another `for`", node.clauses[depth].span,
                   help="run over the longest list and filter it: `for j in 1..4 if j <= n`")  # fmt: skip


def _filtered(m: Machine, cond: syntax.Expr, env: Env, scope: Scope, guard: Any) -> Any:
    def test(held: Any) -> Any:
        return truth(m, m.eval(cond, env, scope.child("if")), cond.span) if held else False

    return test(True) if guard is True else m.cases(guard, test, cond.span)


def _and(a: bool, b: bool) -> bool:
    return a and b


def conjunction(m: Machine, a: Any, b: Any, span: Any) -> Any:
    """Both conditions; the second need only make sense where the first holds."""
    if a is True or b is False:
        return b
    if b is True or a is False:
        return a
    if is_partial(b) and isinstance(a, Sym):
        return only_if(a, b, False)
    return m.lift(_and, a, b, span=span)


EVALUATE_BASIC: dict[type, Evaluator] = {
    syntax.Number: eval_number, syntax.Text: eval_text, syntax.Boolean: eval_text,
    syntax.Name: eval_name, syntax.Group: eval_group, syntax.Where: eval_where,
    syntax.Unary: eval_unary, syntax.Binary: eval_binary, syntax.Ternary: eval_ternary,
    syntax.Range: eval_range, syntax.List: eval_list, syntax.Tensors: eval_tensors,
    syntax.Comprehension: eval_comprehension,
}  # fmt: skip
