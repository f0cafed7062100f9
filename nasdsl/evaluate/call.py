"""Calls of motifs, operators and built-ins; pipelines; repetition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import NasError, did_you_mean, fail
from nasdsl.ops.base import Op, Param, Required
from nasdsl.ops.bind import BindError, check, signature_text
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

from .basic import bound
from .builtins import BUILTINS
from .lists import elements
from .machine import MAX_DEPTH, Evaluator, Machine, Mistake

_MODULES = (OpModule, Chain, Combine, GraphModule, Named, Scan)
_FUNCTIONS = (MotifFunction, OpFunction, Builtin)
_LITERALS = (syntax.Number, syntax.Text, syntax.Boolean)
_PLAIN = (int, float, bool, str)
MAX_REPEAT = 2_000


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
    inner = scope.child(_hint(node.function))
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


def _hint(node: syntax.Expr) -> str:
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


def bound_attempt(m: Machine, node: syntax.Expr, env: Env, scope: Scope) -> Any:
    """An argument; a mistake in it does not hide those of its neighbours."""
    try:
        return bound(m, node, env, scope)
    except NasError as error:
        return m.report(error)


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
    return name_module(value, motif.name, span)


def _endless(m: Machine, motif: syntax.Motif, span: Any) -> NasError:
    return fail(
        "NAS401", f"more than {MAX_DEPTH} motifs call one another, `{motif.name}` among them", span,
        notes=((f"`{motif.name}` is defined here", motif.span),),
        help="a recursive motif needs a parameter that comes closer to an end with every call, "
        "as in `motif tree(depth) = leaf if depth == 0 else …tree(depth - 1)…`",
    )  # fmt: skip


def name_module(value: Any, name: str, span: Any) -> Any:
    """What a motif makes is a graph of that name, unless it is a single call or has a name."""
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
        module = OpModule(op, _attributes(m, op, arguments, node, env, scope), node.span)
        if tensors is None and all(isinstance(a.value, _LITERALS) for a in arguments):
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
    return m.combine(module, _tensors(m, found, node.span), node.span)


def _tensors(
    m: Machine, found: Iterable[tuple[int, Any, Any, Any]], span: Any
) -> list[tuple[Any, Any]]:
    return [(g, m.tensor(v, span)) for _, _, g, v in found if g is not False]


def _attributes(
    m: Machine, op: Op, arguments: list[syntax.Argument], node: syntax.Call, env: Env, scope: Scope
) -> dict[str, Any]:
    params = {p.name: p for p in op.params}
    names = list(params)
    attrs: dict[str, Any] = {}
    for i, argument in enumerate(arguments):
        if argument.name is None and i >= len(names):
            raise fail("NAS243", f"`{op.name}` takes at most {len(names)} arguments", argument.span,
                       help=f"it is `{signature_text(op)}`")  # fmt: skip
        name = argument.name or names[i]
        if name not in params:
            raise fail("NAS243", f"`{op.name}` has no parameter `{name}`", argument.span,
                       help=did_you_mean(name, names) or f"it is `{signature_text(op)}`")  # fmt: skip
        if name in attrs:
            raise fail("NAS243", f"`{op.name}` is given `{name}` twice", argument.span)
        value = argument.value
        if isinstance(value, _LITERALS):
            raw: Any = value.value
        else:
            raw = bound_attempt(m, value, env, scope.child(f"{op.name}.{name}"))
        if raw.__class__ in _PLAIN:
            key = (op, name, raw.__class__, raw)
            known = m.checked.get(key)
            if known is None:
                known = m.checked[key] = (_attribute(m, op, params[name], raw, argument),)
            attrs[name] = known[0]
        else:
            attrs[name] = _attribute(m, op, params[name], raw, argument)
    for param in op.params:
        if param.name not in attrs:
            if isinstance(param.default, Required):
                raise fail("NAS243", f"`{op.name}` needs `{param.name}`", node.span,
                           help=f"it is `{signature_text(op)}`")  # fmt: skip
            attrs[param.name] = param.default
    return {name: attrs[name] for name in names}


def _attribute(m: Machine, op: Op, param: Param, value: Any, argument: syntax.Argument) -> Any:
    if value is POISON or value is UNKNOWN:
        return value
    if isinstance(value, tuple) and POISON in value:
        return POISON
    if isinstance(value, tuple) and any(isinstance(v, Sym) or v is UNKNOWN for v in value):
        if any(v is UNKNOWN for v in value):
            return UNKNOWN
        value = m.lift(_pack, *value, span=argument.span)

    def one(v: Any) -> Any:
        try:
            return check(param, tuple(v) if isinstance(v, range) else v)
        except BindError as error:
            kind = describe(v) if not isinstance(v, int | float | str | bool | tuple) else ""
            message = f"`{op.name}`: " + (
                f"`{param.name}` cannot be {kind}" if kind else error.message
            )
            raise Mistake("NAS244", message, error.remedy) from None

    return m.lift(one, value, span=argument.span)


def _pack(*values: Any) -> tuple[Any, ...]:
    return values


# ---------------------------------------------------------------------------- pipelines


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
                m.checked[key] = OpModule(op, _attributes(m, op, [], empty, m.globals, scope), span)
            return m.checked[key]
        case _ if isinstance(value, _MODULES) or value is POISON:
            return value
    help = "write it as a list, as in `[a, b] -> sum`" if isinstance(value, Tensor) else ""
    raise fail("NAS245", f"expected a module after `->`, not {describe(value)}", span, help=help)


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
                current = to_module(m, value, scope, part.span, _hint(part))
            continue
        module = to_module(m, value, scope, part.span, _hint(part))
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
            return m.combine(module, _tensors(m, elements(m, current, span), span), span)
        if isinstance(current, MaybeList):
            raise fail("NAS248", "a list whose length is open can only go into a combining operator", span,
                       help="as in `xs -> sum`")  # fmt: skip
        tensors = [m.tensor(v, span) for v in current]
    else:
        tensors = [m.tensor(current, span)]
    if POISON in tensors:
        return POISON
    outputs = m.apply(module, tensors, span)
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
    parts, guards = [], []
    for i in range(_most(count, node.count.span)):
        inner = Env(env, {node.index: i}) if node.index else env

        def copy(held: bool, i: int = i, inner: Env = inner) -> Any:
            if not held:
                return POISON
            value = bound(m, node.body, inner, here := loop.item(i))
            return to_module(m, value, here, node.body.span, _hint(node.body))

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
    most = _most(count, span)
    module = to_module(m, module, scope, span, _hint(node.right))
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


EVALUATE_CALL: dict[type, Evaluator] = {
    syntax.Call: eval_call, syntax.Pipeline: eval_pipeline, syntax.Repeat: eval_repeat,
}  # fmt: skip
