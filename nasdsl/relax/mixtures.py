"""A choice between modules, applied: its alternatives side by side, as the options want them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..diagnostics import fail
from ..ops.table import TABLE
from ..spans import Span
from ..symbolic import Sym
from ..values import POISON, OpModule, Tensor
from .homes import largest

if TYPE_CHECKING:
    from .machine import Relaxer

POOLS = frozenset({"max_pool", "avg_pool"})


def apply_open(
    m: Relaxer, module: Sym, tensors: Sequence[Any], span: Span | None
) -> tuple[Any, ...]:
    """The mixture of what every alternative makes of these tensors."""
    tensors = [m.one_tensor(t, span) for t in tensors]
    possible = m.possible_values(module)
    if len(possible) == 1:
        return m.apply(possible[0], tensors, span)
    if m.options.partial > 1 and _is_operator(m, module) and len(tensors) == 1:
        return (_partial(m, module, tensors[0], span),)
    return _mixture(m, module, tensors, span)


def _is_operator(m: Relaxer, module: Sym) -> bool:
    """Whether this is a choice of operators (not of activations, or of whether there is one)."""
    return any(not isinstance(a, OpModule) for a in module.values or ()) and m.inside == 0


def _mixture(
    m: Relaxer, module: Sym, tensors: Sequence[Tensor], span: Span | None
) -> tuple[Any, ...]:
    if module.values is None:
        return m.apply_cases(module, tensors, span)

    possible = m.possible_values(module)

    def one(alternative: Any) -> Any:
        if not any(alternative is p for p in possible):
            return (POISON,)
        outputs = m.apply(alternative, tensors, span)
        if m.options.pool_norm and _is_pool(alternative) and outputs[0] is not POISON:
            norm = OpModule(
                TABLE["bn"], {"eps": 1e-5, "momentum": 0.1, "affine": False}, alternative.span
            )
            return (m.operate(norm, outputs, span),)
        return outputs

    m.inside += 1
    try:
        result = m.cases(module, one, span)
    finally:
        m.inside -= 1
    return result if isinstance(result, tuple) else (result,)


def _is_pool(module: Any) -> bool:
    return isinstance(module, OpModule) and module.op.name in POOLS


def _partial(m: Relaxer, module: Sym, x: Tensor, span: Span | None) -> Any:
    """One in `partial` channels through the mixture, the others past it, then shuffled: Xu et al. 2020,
    section 3.2; where the mixture halves the size, a 2x2 max pool halves the others. All go through it
    where they cannot be cut in so many parts. NAS616 if what goes in comes out wider or narrower."""
    parts = m.options.partial
    shape = largest(x.shape, span)
    if len(shape) != 3 or shape[0] % parts:
        return _mixture(m, module, [x], span)[0]
    part = shape[0] // parts

    def op(name: str, tensors: Sequence[Any], **attrs: Any) -> Any:
        given = {p.name: p.default for p in TABLE[name].params} | attrs
        return m.operate(OpModule(TABLE[name], given, span), tensors, span)

    before = m.count
    mixed = _mixture(m, module, [op("narrow", [x], start=0, length=part)], span)[0]
    if mixed is POISON or m.count == before:
        return mixed
    rest = op("narrow", [x], start=part, length=shape[0] - part)
    found = largest(mixed.shape, span)
    if found[0] != part:
        raise fail("NAS616", f"one in {parts} channels cannot pass here: its operators make {found[0]} channels of {part}",
                   span, help="let them keep the channels of what they get: `conv(3)`, without `out`")  # fmt: skip
    if found[1:] != shape[1:]:
        rest = op("max_pool", [rest], kernel=2, stride=shape[1] // found[1])
    return op("channel_shuffle", [op("concat", [mixed, rest])], groups=parts)
