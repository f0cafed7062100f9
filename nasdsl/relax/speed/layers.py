"""Single layers that have a faster form.

A convolution whose stride is its dilation, or of one pixel, reads every stride-th pixel only: without
either, on those pixels, it is the same. Those of one pixel are products of matrices, depthwise ones
get a layer with a faster backward pass. What is concatenated gets its gradient packed: a slice of it
has gaps, which batch norms take long to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ...architecture import Graph, Node
from ...ops.base import Attrs, Code, Op, Shape
from ...ops.table import TABLE


def better_layers(graph: Graph) -> Graph:
    """The graph with these forms."""
    nodes = tuple(_better(n) for n in graph.nodes)
    same = all(a is b for a, b in zip(nodes, graph.nodes, strict=True))
    return graph if same else replace(graph, nodes=nodes)


def _better(node: Node) -> Node:
    if node.op is None or node.op is not TABLE.get(node.op.name):
        return node
    attrs = dict(node.attrs)
    match node.op.name:
        case "conv" | "dw_conv" if _is_sparse(attrs):
            return replace(node, op=_dense(node.op))
        case "conv" if _is_pointwise(attrs):
            return replace(node, op=_pointwise(node.op))
        case "dw_conv" if attrs["stride"] == 1 and attrs["multiplier"] == 1:
            return replace(node, op=_depthwise(node.op))
        case "concat" if len(node.inputs) > 1 and len(node.shapes[0]) == 3:
            return replace(node, op=_packed(node.op))
    return node


def _is_sparse(attrs: Attrs) -> bool:
    stride, kernel = attrs["stride"], attrs["kernel"]
    return (
        isinstance(stride, int) and stride > 1 and (attrs["dilation"] == stride or kernel == 1)
        and attrs["pad"] == "same" and isinstance(kernel, int) and kernel % 2 == 1
    )  # fmt: skip


def _is_pointwise(attrs: Attrs) -> bool:
    one = all(attrs[name] == 1 for name in ("kernel", "stride", "groups"))
    return one and attrs["pad"] in ("same", "valid")


def _changed(op: Op, lower: object) -> Op:
    return Op(op.name, op.doc, op.arity, op.params, op.shape, lower, op.parameters, op.macs)  # type: ignore[arg-type]  # the same but for `lower`


@cache
def _dense(op: Op) -> Op:
    def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
        stride = attrs["stride"]
        assert isinstance(stride, int)
        c, h, w = inputs[0]
        smaller = (c, -(-h // stride), -(-w // stride))
        code = op.lower([smaller], {**attrs, "stride": 1, "dilation": 1})
        forward = code.forward.replace("{0}", "{0}[:, :, ::{step}, ::{step}]")
        if attrs.get("multiplier") == 1:
            code = _as(code, "DepthwiseConv2d")
        elif attrs["kernel"] == attrs.get("groups") == 1:
            code = _as(code, "PointwiseConv2d")
        return replace(code, forward=forward, values={**code.values, "step": stride})

    return _changed(op, lower)


def _as(code: Code, layer: str) -> Code:
    assert code.module is not None
    return replace(code, module=code.module.replace("nn.Conv2d(", f"{layer}("))


@cache
def _depthwise(op: Op) -> Op:
    def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
        return _as(op.lower(inputs, attrs), "DepthwiseConv2d")

    return _changed(op, lower)


@cache
def _pointwise(op: Op) -> Op:
    def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
        return _as(op.lower(inputs, attrs), "PointwiseConv2d")

    return _changed(op, lower)


@cache
def _packed(op: Op) -> Op:
    def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
        code = op.lower(inputs, attrs)
        return replace(code, forward=code.forward.replace("torch.cat(", "cat_packed("))

    return _changed(op, lower)
