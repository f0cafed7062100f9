"""The forms of choice. Each is one decision, but for `some of`, which is one bit an element.

The options of a choice that are written in place (labels, a list, a comprehension) are evaluated
only if taken: what they choose inside exists only then. Options that are named values were decided
before, where they were named.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import NasError, fail
from nasdsl.domains import Domain
from nasdsl.format import print_expr
from nasdsl.record import Frozen, record
from nasdsl.symbolic import Sym
from nasdsl.values import (
    POISON,
    UNKNOWN,
    Builtin,
    Env,
    FloatRange,
    MaybeList,
    MotifFunction,
    Named,
    OpFunction,
    OpModule,
    Scope,
    describe,
)

from .basic import bound, conjunction, lazy_items, truth
from .lists import check_length, elements
from .machine import Evaluator, Machine

MAX_OPTIONS = 2**62  # of a range
MAX_LABEL = 32
_LITERALS = (syntax.Number, syntax.Text, syntax.Boolean)


@record
class Option(Frozen):
    """One option: its label, its condition, and how to get its value (in a scope of its own).

    key: its name in paths, which may not depend on what is decided elsewhere. plain: its value, if
    that is a number, a string or a truth value that is there already.
    """

    label: str
    key: str
    guard: Any
    make: Callable[[Scope], Any]
    plain: Any


def _label(m: Machine, node: syntax.Expr) -> str:
    label: str | None = m.checked.get((_label, id(node)))
    if label is None:
        text = print_expr(node)
        label = text if len(text) <= MAX_LABEL else text[: MAX_LABEL - 1].rstrip() + "…"
        m.checked[_label, id(node)] = label
    return label


def _show(value: Any, index: int) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float() | str():
            return str(value)
        case MotifFunction(motif):
            return motif.name
        case OpFunction(op) | OpModule(op):
            return op.name
        case Builtin(name) | Named(name):
            return name
        case tuple() | range() if all(isinstance(v, int | float) for v in value):
            return "[" + ", ".join(str(v) for v in value) + "]"
    return str(index)


def options(
    m: Machine, node: syntax.Expr, env: Env, scope: Scope, span: Any
) -> list[Option] | range | FloatRange:
    """The options that an expression offers: lazily if it is written as a list."""
    while isinstance(node, syntax.Group):
        node = node.body
    if isinstance(node, syntax.List):
        return [_written(m, item, env) for item in node.items]
    if isinstance(node, syntax.Comprehension):
        lazies, _, _ = lazy_items(m, node, env, scope.child("of"))
        return [_computed(m, node, i, g, inner) for i, (g, inner, _) in enumerate(lazies)]
    value = m.eval(node, env, scope.child("of"))
    if value is UNKNOWN:
        raise _unknown(span)
    if isinstance(value, FloatRange):
        return value
    if isinstance(value, range):
        _check_range(value, node.span)
        return value
    if isinstance(value, tuple):
        check_length(value, node.span)
    return [
        Option(_show(element, place), str(place), guard, partial(_as_is, element), _plain(element))
        for place, _, guard, element in elements(m, value, node.span)
    ]


def _check_range(value: range, span: Any) -> None:
    """A range is never listed, so it may be long."""
    if abs(value.stop - value.start) > MAX_OPTIONS:
        raise fail("NAS405", f"a range of more than {MAX_OPTIONS:,} numbers", span,
                   help="choose a real number instead, as in `any 0.0..1.0`, or narrow the range")  # fmt: skip


def _written(m: Machine, item: syntax.Expr, env: Env) -> Option:
    label = _label(m, item)
    value = item.value if isinstance(item, _LITERALS) else None
    return Option(label, label, True, lambda scope: bound(m, item, env, scope), value)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else None


def _computed(m: Machine, node: syntax.Comprehension, index: int, guard: Any, env: Env) -> Option:
    return Option(
        str(index), str(index), guard, lambda scope: bound(m, node.item, env, scope), None
    )


def choose(m: Machine, found: list[Option], scope: Scope, span: Any, ordered: bool = False) -> Any:
    """Take one of the options."""
    _refuse_unknown(found, span)
    live = [o for o in found if o.guard is not False]
    if not live:
        raise fail("NAS220", "there is nothing to choose from", span,
                   help="every alternative is excluded" if found else "the list is empty")  # fmt: skip
    path = scope.decision()
    keys = _unique([o.key for o in found])
    if len(found) == 1:
        if found[0].guard is not True:
            m.demand(found[0].guard, span)
        return found[0].make(Scope(f"{path}={keys[0]}"))
    labels = _unique([o.label for o in found])
    index = m.decide(Scope(path), Domain("one", labels, ordered=ordered), span)
    for i, option in enumerate(found):
        if option.guard is not True:
            m.demand(m.lift(_allowed, index, i, option.guard, span=span), span)
        if option.guard is False:
            m.exclude(index, i)

    if all(o.plain is not None and isinstance(o.guard, bool | Sym) for o in found):
        return m.among(index, [(o.guard, o.plain) for o in found], span)

    def take(i: int) -> Any:
        return _under_guard(m, found[i], Scope(f"{path}={keys[i]}"), span)

    value = m.cases(index, take, span)
    if labels[0] == "0" and m.is_tensor(value):  # named by its place, not by what is written there
        m.note_role(index, "input")
    return value


def _under_guard(m: Machine, option: Option, scope: Scope, span: Any) -> Any:
    """The option's value where its condition holds; nothing where it does not."""
    if option.guard is True:
        return option.make(scope)
    if option.guard is False:
        return POISON
    return m.cases(option.guard, lambda held: option.make(scope) if held else POISON, span)


def _refuse_unknown(found: list[Option], span: Any) -> None:
    if any(o.guard is UNKNOWN for o in found):
        raise _unknown(span)


def _unknown(span: Any) -> NasError:
    return fail("NAS221", "a choice must not depend on the shape of a tensor or on its readers", span,
                help="pass the number as a parameter of the motif instead")  # fmt: skip


def _allowed(index: int, i: int, guard: bool) -> bool:
    return index != i or guard


def _unique(labels: list[str]) -> tuple[str, ...]:
    if len(set(labels)) == len(labels):
        return tuple(labels)
    seen: dict[str, int] = {}
    taken = set(labels)
    out = []
    for label in labels:
        count = seen.get(label, 0) + 1
        name = label
        while count > 1 and (name := f"{label}#{count}") in taken:
            count += 1
        seen[label] = count
        taken.add(name)
        out.append(name)
    return tuple(out)


def eval_alternatives(m: Machine, node: syntax.Alternatives, env: Env, scope: Scope) -> Any:
    return choose(m, [_written(m, o, env) for o in node.options], scope, node.span)


def eval_one_of(m: Machine, node: syntax.OneOf, env: Env, scope: Scope) -> Any:
    found = []
    for alternative in node.alternatives:
        guard: Any = True
        if alternative.guard is not None:
            inner = scope.child(f"{alternative.label}?")
            guard = truth(m, m.eval(alternative.guard, env, inner), alternative.guard.span)
        label = alternative.label
        found.append(Option(label, label, guard, _alternative(m, alternative, env), None))
    return choose(m, found, scope, node.span)


def _alternative(m: Machine, node: syntax.Alternative, env: Env) -> Callable[[Scope], Any]:
    """Its value; a module of several operators is a graph of the label's name."""
    from .call import name_module

    return lambda scope: name_module(bound(m, node.body, env, scope), node.label, node.span)


def eval_any(m: Machine, node: syntax.Any, env: Env, scope: Scope) -> Any:
    found = options(m, node.domain, env, scope, node.span)
    if isinstance(found, FloatRange):
        domain = Domain("float", low=found.low, high=found.high, log=found.log)
        return m.decide(scope, domain, node.span)
    if isinstance(found, range):
        if len(found) == 0:
            raise fail("NAS220", "there is nothing to choose from: the range is empty", node.span)
        path = scope.decision()
        if len(found) == 1:
            return found[0]
        index = m.decide(Scope(path), Domain("one", found, ordered=True), node.span)
        return m.lift(_element, found, index, span=node.span)
    return choose(m, found, scope, node.span, ordered=_numeric(found))


def _element(found: range, index: int) -> int:
    return found[index]


def _numeric(found: list[Option]) -> bool:
    try:
        numbers = [float(o.label) for o in found]
    except ValueError:
        return False
    return numbers == sorted(numbers)


def _listed(
    m: Machine, node: syntax.Expr, env: Env, scope: Scope, what: str, span: Any
) -> list[Option]:
    found = options(m, node, env, scope, span)
    if isinstance(found, FloatRange):
        raise fail("NAS222", f"`{what}` needs a list, not a range of real numbers", node.span)
    if isinstance(found, range):
        check_length(found, node.span)
        return [Option(str(v), str(i), True, partial(_as_is, v), None) for i, v in enumerate(found)]
    _refuse_unknown(found, node.span)
    return found


def _as_is(value: Any, _: Scope) -> Any:
    return value


def _if_taken(m: Machine, option: Option, scope: Scope, span: Any, taken: bool) -> Any:
    return _under_guard(m, option, scope, span) if taken else POISON


def eval_some(m: Machine, node: syntax.Some, env: Env, scope: Scope) -> Any:
    found = _listed(m, node.domain, env, scope, "some of", node.span)
    keys = _unique([o.key for o in found])
    guards, values = [], []
    base = scope.decision()
    for option, key in zip(found, keys, strict=True):
        bit = m.decide(Scope(f"{base}[{key}]"), Domain("bit"), node.span)
        held = m.lift(_one, bit, span=node.span)
        if option.guard is not True:
            m.demand(m.lift(_allowed, bit, 1, option.guard, span=node.span), node.span)
        place = Scope(f"{base}={key}")
        values.append(m.cases(held, partial(_if_taken, m, option, place, node.span), node.span))
        guards.append(conjunction(m, held, option.guard, node.span))
    if all(g is True for g in guards):
        return tuple(values)
    return MaybeList(tuple(values), tuple(guards))


def _one(bit: int) -> bool:
    return bit == 1


def eval_pick(m: Machine, node: syntax.Pick, env: Env, scope: Scope) -> Any:
    found = _listed(m, node.domain, env, scope, "pick", node.span)
    count = m.eval(node.count, env, scope.child("count"))
    path = scope.decision()
    return m.cases(count, lambda k: _pick(m, node, found, count, k, path), node.span)


def _pick(
    m: Machine, node: syntax.Pick, found: list[Option], key: Any, count: Any, path: str
) -> Any:
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise fail("NAS223", f"`pick` takes how many: a whole number from 0, not {describe(count)}",
                   node.count.span, notes=m.how(key))  # fmt: skip
    domain = Domain("pick", _unique([o.label for o in found]), count, node.ordered, node.repeated)
    if domain.size == 0:
        plural = "" if len(found) == 1 else "s"
        raise fail("NAS224", f"cannot pick {count} of {len(found)} element{plural}", node.span,
                   notes=m.how(key), help="" if node.repeated else "add `repeated` if an element may be taken twice")  # fmt: skip
    keys = _unique([o.key for o in found])
    index = m.decide(Scope(path), domain, node.span) if domain.size != 1 else 0
    slots = tuple(m.lift(_slot, domain, index, k, span=node.span) for k in range(count))
    _demand_guards(m, found, slots, node.span)
    if not (node.ordered or node.repeated):
        return _members(
            m, found, domain, index, slots, [f"{path}={key}" for key in keys], node.span
        )
    values = []
    for k, slot in enumerate(slots):

        def take(j: int, k: int = k) -> Any:
            return _under_guard(m, found[j], Scope(f"{path}={k}.{keys[j]}"), node.span)

        values.append(m.cases(slot, take, node.span))
    return tuple(values)


def _demand_guards(m: Machine, found: list[Option], slots: tuple[Any, ...], span: Any) -> None:
    for i, option in enumerate(found):
        if option.guard is not True:
            for slot in slots:
                m.demand(m.lift(_allowed, slot, i, option.guard, span=span), span)


def _members(
    m: Machine, found: list[Option], domain: Domain, index: Any, slots: tuple[Any, ...],
    places: list[str], span: Any,
) -> Any:  # fmt: skip
    """An unordered pick: each option is evaluated at most once, in its own place."""
    if domain.size == 1:
        return tuple(found[j].make(Scope(places[j])) for j in domain.positions(index))
    if isinstance(index, int):
        taken = domain.positions(index)
        return MaybeList(
            tuple(o.make(Scope(places[j])) if j in taken else POISON for j, o in enumerate(found)),
            tuple(j in taken for j in range(len(found))), slots,
        )  # fmt: skip
    with m.picking(len(slots)):
        guards, values = [], []
        for j, option in enumerate(found):
            held = m.lift(_member, domain, index, j, span=span)
            place = Scope(places[j])
            values.append(m.cases(held, partial(_if_taken, m, option, place, span), span))
            guards.append(conjunction(m, held, option.guard, span))
    return MaybeList(tuple(values), tuple(guards), slots)


def _slot(domain: Domain, index: int, k: int) -> int:
    return domain.positions(index)[k]


def _member(domain: Domain, index: int, j: int) -> bool:
    return j in domain.positions(index)


def eval_permutation(m: Machine, node: syntax.Permutation, env: Env, scope: Scope) -> Any:
    found = _listed(m, node.domain, env, scope, "permutation of", node.span)
    if any(o.guard is not True for o in found):
        raise fail("NAS225", "a permutation needs a list of known length", node.span)
    domain = Domain("permutation", _unique([o.label for o in found]))
    path = scope.decision()
    index = m.decide(Scope(path), domain, node.span) if domain.size != 1 else 0
    keys = _unique([o.key for o in found])
    values = [o.make(Scope(f"{path}={key}")) for o, key in zip(found, keys, strict=True)]
    return tuple(
        m.cases(m.lift(_slot, domain, index, k, span=node.span), lambda j: values[j], node.span)
        for k in range(len(values))
    )


EVALUATE_CHOICE: dict[type, Evaluator] = {
    syntax.Alternatives: eval_alternatives, syntax.OneOf: eval_one_of, syntax.Any: eval_any,
    syntax.Some: eval_some, syntax.Pick: eval_pick, syntax.Permutation: eval_permutation,
}  # fmt: skip
