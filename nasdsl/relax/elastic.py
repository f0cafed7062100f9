"""Operators whose attributes or input sizes depend on decisions.

Those of convolutions, linear layers and batch norms share one weight, that of the largest, of which
every case uses a part. Operators without weights that are written alike in all cases are one node. Of
any other every case is a node of its own, with its own weights, and a mix takes among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..diagnostics import fail
from ..ops.base import Attrs, Code, Op, Shape, ShapeError, Value
from ..ops.table import infer
from ..spans import Span
from ..symbolic import Sym, apply
from ..values import OpModule, Tensor
from .diagrams import values_of
from .homes import Layout, Segment, because, largest
from .ir import Step, fixed

if TYPE_CHECKING:
    from .combining import Combining

MAX_VARIANTS = 64
_CHANNELWISE = """
identity sum mean max min mul sub div max_pool avg_pool global_avg_pool global_max_pool
adaptive_avg_pool relu relu6 leaky_relu elu selu gelu silu hard_swish hard_sigmoid mish tanh sigmoid sin
abs square neg exp scale dropout drop_path pad crop shift subsample resize zero blur
"""
CHANNELWISE = frozenset(_CHANNELWISE.split())
_CONVOLUTIONS = {"conv": 3, "dw_conv": 3, "conv1d": 2}


def operate_open(
    m: Combining, module: OpModule, tensors: Sequence[Tensor], shape: Any, span: Span | None
) -> Any:
    """A node, or a mix of nodes, for an operator that is not the same in all cases."""
    m.note_sizes(shape)
    for tensor in tensors:
        m.note_sizes(tensor.shape)
    if _is_elastic(m, module, tensors):
        return _elastic(m, module, tensors, shape, span)
    operands = (*module.attrs.values(), *(t.shape for t in tensors))
    if _is_written_once(module, operands):
        return _one_node(m, module, tensors, shape, span)
    joint = apply(_together, *operands)
    cases = values_of(m.pool.of(joint))
    codes = _codes(module, cases)
    if codes and all(_written_alike(c, codes[0]) for c in codes) and codes[0].module is None:
        return _one_node(m, module, tensors, shape, span)
    return _variants(m, module, tensors, shape, joint, cases, span)


def _is_written_once(module: OpModule, operands: tuple[Any, ...]) -> bool:
    """Whether an operator without weights is written alike for all values of the one open operand."""
    opened = {v for v in operands if isinstance(v, Sym)}
    if len(opened) != 1:
        return False
    (sym,) = opened
    cases = [tuple(v if o is sym else o for o in operands) for v in sym.values or ()]
    codes = _codes(module, cases) if len(cases) <= MAX_VARIANTS else []
    return (
        bool(codes) and codes[0].module is None and all(_written_alike(c, codes[0]) for c in codes)
    )


def _together(*values: Any) -> tuple[Any, ...]:
    return values


def _split(module: OpModule, case: tuple[Any, ...]) -> tuple[dict[str, Value], tuple[Shape, ...]]:
    count = len(module.attrs)
    return dict(zip(module.attrs, case[:count], strict=True)), case[count:]


def _codes(module: OpModule, cases: Sequence[tuple[Any, ...]]) -> list[Code]:
    found = []
    for case in cases[: MAX_VARIANTS + 1]:
        attrs, shapes = _split(module, case)
        try:
            infer(module.op, shapes, attrs)
            found.append(module.op.lower(shapes, attrs))
        except ShapeError:  # a case that requirements exclude
            continue
    return found


def _written_alike(a: Code, b: Code) -> bool:
    return a.forward == b.forward and a.module == b.module and dict(a.values) == dict(b.values)


def _plain(
    m: Combining, attrs: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[tuple[str, str], ...]]:
    """The largest of each attribute, and the names of those that are open."""
    largest_of: dict[str, Any] = {}
    names: list[tuple[str, str]] = []
    for name, value in attrs.items():
        if isinstance(value, Sym):
            found = m.pool.of(value)
            values = values_of(found)
            kinds = {tuple: 1, str: 2, type(None): 3}
            largest_of[name] = max(
                values, key=lambda v: (-kinds.get(type(v), 0), v if v is not None else 0)
            )
            names.append((name, m.names(found)))
        else:
            largest_of[name] = value
    return largest_of, tuple(names)


def _one_node(
    m: Combining, module: OpModule, tensors: Sequence[Tensor], shape: Any, span: Span | None
) -> Tensor:
    attrs, names = _plain(m, module.attrs)
    layout = _layout(m, module, tensors, shape, span)
    node = Step(module.op.name, tuple(t.number for t in tensors), (largest(shape, span),), module.op,
                tuple(attrs.items()), span=module.span, guard=m.here(), open=names)  # fmt: skip
    return m.add(node, [shape], [layout])[0]


def _layout(
    m: Combining, module: OpModule, tensors: Sequence[Tensor], shape: Any, span: Span | None
) -> Layout:
    """Where the channels of the result stand."""
    layouts = [m.home.layouts[t.number] for t in tensors]
    name = module.op.name
    if name == "concat" and module.attrs.get("axis") != "steps":
        return _joined(m, tensors, layouts, span)
    known = list(dict.fromkeys(found for found in layouts if found))
    if name in CHANNELWISE:
        return known[0] if len(known) == 1 else m.fresh(shape, span)
    if name == "flatten" and known:
        return _flattened(m, known[0], tensors[0], shape, span)
    for layout in known:
        for segment in layout:
            if segment.name:
                m.harden(m.names.diagrams[segment.name],
                          f"`{name}` has no meaning on a weighted sum of widths")  # fmt: skip
    return m.fresh(shape, span)


def _joined(
    m: Combining, tensors: Sequence[Tensor], layouts: Sequence[Layout], span: Span | None
) -> Layout:
    segments: list[Segment] = []
    for tensor, layout in zip(tensors, layouts, strict=True):
        shape = largest(tensor.shape, span)
        size = shape[0] if len(shape) == 3 else shape[-1]
        segments += layout or (Segment(m.names(m.pool.leaf(size)), size),)
    return tuple(segments)


def _flattened(
    m: Combining, layout: Sequence[Segment], tensor: Tensor, shape: Any, span: Span | None
) -> Layout:
    sizes = largest(tensor.shape, span)
    area = 1
    for size in sizes[1:]:
        area *= size
    out = []
    for segment in layout:
        widths = m.pool.map(lambda w: w * area, m.names.diagrams[segment.name])
        out.append(Segment(m.names(widths), segment.size * area))
    return tuple(out)


# ---------------------------------------------------------------------------- every case by itself


def _variants(
    m: Combining, module: OpModule, tensors: Sequence[Tensor], shape: Any, joint: Any,
    cases: Sequence[tuple[Any, ...]], span: Span | None,
) -> Any:  # fmt: skip
    if len(cases) > MAX_VARIANTS:
        raise fail("NAS609", f"`{module.op.name}` is different in {len(cases)} cases, more than {MAX_VARIANTS}",
                   module.span or span, notes=because(joint), help="only convolutions, linear layers and batch norms can share "
                   "one weight over all sizes")  # fmt: skip
    made: dict[Any, Tensor] = {}
    for case in cases:
        attrs, shapes = _split(module, case)
        try:
            out = infer(module.op, shapes, attrs)
        except ShapeError:
            continue
        m.guards.append((joint, case))
        try:
            node = Step(module.op.name, tuple(t.number for t in tensors), (out,),
                        fixed(module.op, shapes), tuple(attrs.items()), span=module.span,
                        guard=m.here(), base=module.op)  # fmt: skip
        finally:
            m.guards.pop()
        made[case] = m.add(node, [out], [None])[0]
    if any(isinstance(t.shape, Sym) for t in tensors):
        for tensor in tensors:
            m.harden(m.pool.of(tensor.shape), f"`{module.op.name}` is different for every size of its input")  # fmt: skip
    if len(made) == 1:
        return next(iter(made.values()))
    mixed = m.mix(joint, made, shape, span)
    m.home.layouts[mixed.number] = m.fresh(shape, span)
    return mixed


# ---------------------------------------------------------------------------- one weight for all cases


def _is_elastic(m: Combining, module: OpModule, tensors: Sequence[Tensor]) -> bool:
    name, attrs = module.op.name, module.attrs
    open_names = {n for n, v in attrs.items() if isinstance(v, Sym)}
    if name == "bn":
        return not open_names
    if name == "linear":
        return open_names <= {"out"}
    if name not in _CONVOLUTIONS or not open_names <= {"out", "kernel"}:
        return False
    if attrs.get("pad") == "tf" or attrs.get("groups", 1) != 1 or attrs.get("multiplier", 1) != 1:
        return False
    return "kernel" not in open_names or _is_centred(m, module)


def _is_centred(m: Combining, module: OpModule) -> bool:
    """Whether a smaller kernel is the middle of a larger one."""
    if module.attrs.get("pad") != "same":
        return False
    for kernel in values_of(m.pool.of(module.attrs["kernel"])):
        for size in kernel if isinstance(kernel, tuple) else (kernel,):
            if not isinstance(size, int) or size % 2 == 0:
                return False
    return True


def _elastic(
    m: Combining, module: OpModule, tensors: Sequence[Tensor], shape: Any, span: Span | None
) -> Tensor:
    x = tensors[0]
    name = module.op.name
    attrs, names = _plain(m, module.attrs)
    if "kernel" in dict(names):
        attrs["kernel"] = _hull(values_of(m.pool.of(module.attrs["kernel"])))
    source = m.home.layouts[x.number]
    if source is None and isinstance(x.shape, Sym):
        source = m.fresh(x.shape, span)
    layout = source if name in ("bn", "dw_conv") else m.fresh(shape, span)
    target = layout[0].name if layout and name not in ("bn", "dw_conv") else ""
    m.widths |= {target, *(s.name for s in source or ())}
    elastic: dict[str, Value] = {
        "source": tuple((s.name, s.size) for s in source or ()),
        "target": target,
        "kernels": dict(names).get("kernel", ""),
    }
    if not source and not target and not elastic["kernels"]:  # only the size of images is open
        node = Step(name, (x.number,), (largest(shape, span),), module.op, tuple(attrs.items()),
                    span=module.span, guard=m.here(), open=names)  # fmt: skip
        return m.add(node, [shape], [None])[0]
    node = Step(name, (x.number,), (largest(shape, span),), _elastic_op(module.op),
                (*attrs.items(), *elastic.items()), span=module.span, guard=m.here(), open=names,
                base=module.op)  # fmt: skip
    return m.add(node, [shape], [layout])[0]


def _hull(kernels: Sequence[Any]) -> Any:
    if all(isinstance(k, int) for k in kernels):
        return max(kernels)
    width = max(len(k) for k in kernels if isinstance(k, tuple))
    spread = [k if isinstance(k, tuple) else (k,) * width for k in kernels]
    return tuple(max(column) for column in zip(*spread, strict=True))


_ELASTIC: dict[int, Op] = {}
_MODULES = {"nn.Conv2d": "ElasticConv2d", "nn.Conv1d": "ElasticConv1d", "nn.Linear": "ElasticLinear",
            "nn.BatchNorm2d": "ElasticBatchNorm2d", "nn.BatchNorm1d": "ElasticBatchNorm1d"}  # fmt: skip
OWN = ("source", "target", "kernels")


def _elastic_op(op: Op) -> Op:
    """The same operator with a weight of which gates take a part."""
    if id(op) not in _ELASTIC:

        def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
            code = op.lower(inputs, {k: v for k, v in attrs.items() if k not in OWN})
            assert code.module is not None
            plain, _, rest = code.module.partition("(")
            values = {**code.values, **{k: attrs[k] for k in OWN}}
            forward = code.forward.replace(
                "{self}(", "{self}(gates, {source}, {target}, {kernels}, "
            )
            return replace(code, module=f"{_MODULES[plain]}({rest}", forward=forward, values=values)

        def parameters(inputs: Sequence[Shape], attrs: Attrs) -> int:
            return op.parameters(inputs, attrs)

        _ELASTIC[id(op)] = Op(
            op.name, op.doc, op.arity, op.params, op.shape, lower, parameters, op.macs
        )
    return _ELASTIC[id(op)]
