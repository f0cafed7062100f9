"""From a relaxed space to the text of its supernet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nasdsl.architecture import Graph
from nasdsl.relax import Relaxed
from nasdsl.relax.ir import Union
from nasdsl.relax.speed import Faster

from ..emit import Emitted, assemble, lowered
from .keys import Owner, owners

_LAYERS = {
    "nasdsl.compiler.supernet.elastic": re.compile(r"\bElastic[A-Z]\w+"),
    "nasdsl.compiler.supernet.layers": re.compile(r"\b(?:ScaledBatchNorm\dd|PointwiseConv2d|cat_packed)\b"),
    "nasdsl.compiler.supernet.depthwise": re.compile(r"\bDepthwiseConv2d\b"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmittedSupernet:
    """A file, the nodes with weights in the order of its state, the names of channel numbers, and the
    gates that passes have added."""

    emitted: Emitted
    owners: tuple[Owner, ...]
    widths: tuple[str, ...]
    unions: Mapping[str, Union]


def emit_supernet(relaxed: Relaxed, *, fast: bool = True) -> EmittedSupernet:
    """The classes of a relaxed space; their `forward` takes the gates behind the inputs."""
    passes = Faster(share_norms=relaxed.options.pool_norm)

    def run(graph: Graph) -> Graph:
        return passes.run(graph) if fast else graph

    graph, used = lowered(relaxed.architecture, run)
    used[-1].gated = True
    texts = [f"{code.module} {code.forward}" for one in used for code in one.codes if code]
    imports = []
    for module, pattern in _LAYERS.items():
        if names := sorted({w for text in texts for w in pattern.findall(text)}):
            imports.append(f"from {module} import {', '.join(names)}")
    imports.append("from nasdsl.compiler.supernet.gates import Gates")
    emitted = assemble(used, (), (), imports)
    found = owners(graph, used)
    widths: dict[str, None] = {}
    for owner in found:
        attrs = dict(owner.node.attrs)
        for name, _ in attrs.get("source") or ():  # type: ignore[union-attr, misc, str-unpack]  # attributes are of any kind
            widths[str(name)] = None
        widths[str(attrs.get("target") or "")] = None
    widths.pop("", None)
    return EmittedSupernet(emitted, tuple(found), tuple(widths), passes.unions)
