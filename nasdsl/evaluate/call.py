"""Calls of motifs, operators and built-ins, and values where a module is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import NasError, did_you_mean, fail
from nasdsl.ops.base import Op
from nasdsl.symbolic import Sym
from nasdsl.values import (
    POISON,
    UNKNOWN,
    Builtin,
    Chain,
    Combine,
    Env,
    GraphModule,
    MaybeList,
    MotifFunction,
    Named,
    OpFunction,
    OpModule,
    Scan,
    Scope,
    Tensor,
    describe,
)

from .attributes import LITERALS, attributes, bound_attempt
from .basic import bound
from .builtins import BUILTINS
from .lists import elements
from .machine import MAX_DEPTH, Evaluator, Machine

_MODULES = (OpModule, Chain, Combine, GraphModule, Named, Scan)
_FUNCTIONS = (MotifFunction, OpFunction, Builtin)


def is_module(value: Any) -> bool:
    """Whether a value is a module or a function that may become one (or is open between such)."""
    if isinstance(value, Sym):
        return isinstance(value.first, _MODULES + _FUNCTIONS)
    return isinstance(value, _MODULES + _FUNCTIONS)


# ---------------------------------------------------------------------------- calls


def eval_call(m: Machine, node: syntax.Call, env: Env, scope: Scope) -> Any:
    return call(m, node, env, scope, own=False)


def call(m: Machine, node: syntax.Call, env: Env, scope: Scope, own: bool) -> Any:
    """A call; with `own`, the scope is the call's alone and a motif's decisions are named in it."""
    function = m.eval(node.function, env, scope)
    if _is_direct(m, node.function, env):
        return _call_one(m, node, function, env, scope, own)
    inner = scope.child(hint(node.function))
    return m.cases(
        function, lambda f: _call_one(m, node, f, env, inner.restart(), True), node.function.span
    )


def _is_direct(m: Machine, node: syntax.Expr, env: Env) -> bool:
    """Whether a function is called by its own name: by any other, it may be open, and paths must not
    depend on which one it is."""
    if not isinstance(node, syntax.Name):
        return False
    frame: Env | None = env
    while frame is not None and node.id not in frame.names:
        frame = frame.parent
    return frame is not None and isinstance(frame.names[node.id], _FUNCTIONS) and (
        frame is m.globals or frame is m.globals.parent
    )  # fmt: skip


def hint(node: syntax.Expr) -> str:
    """The name of the scope in which something is called."""
    return node.id if isinstance(node, syntax.Name) else "call"


def _call_one(
    m: Machine, node: syntax.Call, function: Any, env: Env, scope: Scope, own: bool
) -> Any:
    match function:
        case MotifFunction(motif):
            inner = scope if own else scope.child(motif.name)
            return _call_motif(m, function, node, env, inner)
        case OpFunction(op):
            return _call_op(m, op, node, env, scope)
        case Builtin(name):
            return BUILTINS[name].run(m, node, env, scope.child(name))
        case _ if function is POISON:
            for argument in node.arguments:
                m.attempt(argument.value, env, scope.child("argument"))
            return POISON
    raise fail("NAS240", f"{describe(function)} cannot be called", node.function.span,
               help="apply a module with `->`" if is_module(function) else "")  # fmt: skip


def _call_motif(
    m: Machine, function: MotifFunction, node: syntax.Call, env: Env, scope: Scope
) -> Any:
    motif = function.motif
    formals = [f.name for f in motif.formals]
    given: dict[str, syntax.Argument] = {}
    for i, argument in enumerate(node.arguments):
        if argument.name is None and i >= len(formals):
            raise _arity(
                motif, f"takes {len(formals)} arguments, not {len(node.arguments)}", argument.span
            )
        name = argument.name or formals[i]
        if name not in formals:
            raise _arity(
                motif, f"has no parameter `{name}`", argument.span, did_you_mean(name, formals)
            )
        if name in given:
            raise _arity(motif, f"is given `{name}` twice", argument.span)
        given[name] = argument
    values: dict[str, Any] = {
        name: bound_attempt(m, argument.value, env, scope.child(name))
        for name, argument in given.items()
    }
    return invoke(m, function, values, scope, node.span)


def _arity(motif: syntax.Motif, message: str, span: Any, help: str = "") -> NasError:
    return fail("NAS241", f"`{motif.name}` {message}", span, help=help,
                notes=((f"`{motif.name}` is defined here", motif.span),))  # fmt: skip


def invoke(
    m: Machine, function: MotifFunction, values: dict[str, Any], scope: Scope, span: Any
) -> Any:
    """A motif's body, with the given formals; the others take their defaults."""
    motif = function.motif
    env = Env(m.globals)
    for formal in motif.formals:
        if formal.name in values:
            env.names[formal.name] = values[formal.name]
        elif formal.default is not None:
            env.names[formal.name] = bound(m, formal.default, env, scope.child(formal.name))
        else:
            raise _arity(motif, f"needs `{formal.name}`", span)
    if m.depth >= MAX_DEPTH:
        raise _endless(m, motif, span)
    m.depth += 1
    try:
        value = m.call_motif(function, env, scope, span)
    finally:
        m.depth -= 1
    return m.named(value, motif.name, span)


def _endless(m: Machine, motif: syntax.Motif, span: Any) -> NasError:
    return fail(
        "NAS401", f"more than {MAX_DEPTH} motifs call one another, `{motif.name}` among them", span,
        notes=((f"`{motif.name}` is defined here", motif.span),),
        help="a recursive motif needs a parameter that comes closer to an end with every call, "
        "as in `motif tree(depth) = leaf if depth == 0 else …tree(depth - 1)…`",
    )  # fmt: skip


def name_module(value: Any, name: str, span: Any, again: bool = False) -> Any:
    """What a motif makes is a graph of that name, unless it is a single call or has a name (that
    is to stay)."""
    if again and isinstance(value, Named):
        return Named(name, value.module, span)
    if isinstance(value, Chain | Combine | GraphModule | Scan):
        return Named(name, value, span)
    return value


def _call_op(m: Machine, op: Op, node: syntax.Call, env: Env, scope: Scope) -> Any:
    """An operator with its attributes; a variadic one with a list of tensors is applied at once."""
    arguments = list(node.arguments)
    if arguments and op.arity == 1 and not op.params and op.name in BUILTINS:
        return BUILTINS[op.name].run(m, node, env, scope.child(op.name))
    tensors: Any = None
    if (op.arity is None or op.arity > 1) and arguments and arguments[0].name is None:
        first = bound(m, arguments[0].value, env, scope)
        if op.arity is not None and len(arguments) > 1 and isinstance(first, Tensor):
            others = arguments[1 : op.arity]
            tensors = (first, *(bound(m, a.value, env, scope.child("and")) for a in others))
            arguments = arguments[op.arity :]
        elif isinstance(first, tuple | MaybeList | range) or first is UNKNOWN or _open_list(first):
            tensors, arguments = first, arguments[1:]
        elif first is POISON:
            return POISON
        elif op.name in BUILTINS and not is_module(first) and not m.is_tensor(first):
            rest = [bound(m, a.value, env, scope.child("and")) for a in arguments[1:]]
            return BUILTINS[op.name].reduce(m, [(True, v) for v in (first, *rest)], node)
        elif op.arity is None and not op.params:
            raise fail("NAS242", f"`{op.name}` takes a list of tensors, not {describe(first)}",
                       arguments[0].span, help=f"write `{op.name}([a, b])`")  # fmt: skip
    module = m.checked.get(id(node)) if tensors is None else None
    if module is None:
        module = OpModule(op, attributes(m, op, arguments, node, env, scope), node.span)
        if tensors is None and all(isinstance(a.value, LITERALS) for a in arguments):
            m.checked[id(node)] = module
    if tensors is None:
        return m.source(module, node.span) if op.arity == 0 else module
    return combine(m, module, tensors, node, scope)


def _open_list(value: Any) -> bool:
    return isinstance(value, Sym) and isinstance(value.first, tuple | range)


def combine(m: Machine, module: OpModule, items: Any, node: syntax.Call, scope: Scope) -> Any:
    """A combining operator on a list: of tensors, of modules (side by side), or of numbers."""
    if items is UNKNOWN:
        return m.unknown_tensor()
    found = list(elements(m, items, node.span))
    kinds = [v for _, _, g, v in found if g is not False]
    if any(k is POISON for k in kinds):
        return POISON
    if kinds and all(is_module(k) for k in kinds):
        parts = modules_of(m, found, scope.child("branch"), node.span)
        return Combine(module, MaybeList(parts, tuple(g for _, _, g, _ in found)), node.span)
    if module.op.name in BUILTINS and all(not m.is_tensor(k) for k in kinds):
        return BUILTINS[module.op.name].reduce(m, [(g, v) for _, _, g, v in found], node)
    return m.combine(module, tensors(m, found, node.span), node.span)


def tensors(
    m: Machine, found: Iterable[tuple[int, Any, Any, Any]], span: Any
) -> list[tuple[Any, Any]]:
    """The elements of a list as tensors, each with the condition under which it is there."""
    return [(g, m.tensor(v, span)) for _, _, g, v in found if g is not False]


# ---------------------------------------------------------------------------- modules


def to_module(m: Machine, value: Any, scope: Scope, span: Any, hint: str = "call") -> Any:
    """A value where a module is needed: a function without required parameters is called.

    The scope is entered by the hint, whatever the value is: paths do not depend on decisions.
    """
    inner = scope.child(hint)
    if isinstance(value, _MODULES) or value is POISON:
        return value
    if isinstance(value, Sym):
        if all(isinstance(v, _MODULES) for v in value.values or ()):
            return value
        return m.cases(value, lambda v: _called(m, v, inner.restart(), span), span)
    return _called(m, value, inner, span)


def modules_of(
    m: Machine, found: Sequence[tuple[int, Any, Any, Any]], scope: Scope, span: Any
) -> tuple[Any, ...]:
    """The elements of a list as modules; the scope is theirs alone."""

    def one(place: int, value: Any) -> Callable[[Any], Any]:
        return lambda held: to_module(m, value, scope.item(place), span) if held else POISON

    return tuple(
        one(place, v)(True) if guard is True else m.cases(guard, one(place, v), span)
        for place, _, guard, v in found
    )


def _called(m: Machine, value: Any, scope: Scope, span: Any) -> Any:
    match value:
        case MotifFunction():
            return to_module(m, invoke(m, value, {}, scope, span), scope, span)
        case OpFunction(op):
            key = (op, span)
            if key not in m.checked:
                empty = syntax.Call(syntax.Name(op.name, span=span), (), span=span)
                m.checked[key] = OpModule(op, attributes(m, op, [], empty, m.globals, scope), span)
            return m.checked[key]
        case _ if isinstance(value, _MODULES) or value is POISON:
            return value
    help = "write it as a list, as in `[a, b] -> sum`" if isinstance(value, Tensor) else ""
    raise fail("NAS245", f"expected a module after `->`, not {describe(value)}", span, help=help)


EVALUATE_CALL: dict[type, Evaluator] = {syntax.Call: eval_call}
