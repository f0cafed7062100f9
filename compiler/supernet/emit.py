"""From a relaxed space to the text of its supernet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nasdsl.relax import Relaxed

from ..emit import Emitted, assemble, lowered
from .keys import Owner, owners

_ELASTIC = re.compile(r"\bElastic[A-Z]\w+")


@dataclass(frozen=True, slots=True)
class EmittedSupernet:
    """A file, the nodes with weights in the order of its state, and the names of channel numbers."""

    emitted: Emitted
    owners: tuple[Owner, ...]
    widths: tuple[str, ...]


def emit_supernet(relaxed: Relaxed) -> EmittedSupernet:
    """The classes of a relaxed space; their `forward` takes the gates behind the inputs."""
    graph, used = lowered(relaxed.architecture)
    used[-1].gated = True
    codes = [code for one in used for code in one.codes if code]
    elastic = sorted({w for c in codes if c.module for w in _ELASTIC.findall(c.module)})
    imports = (
        [f"from nasdsl.compiler.supernet.elastic import {', '.join(elastic)}"] if elastic else []
    )
    imports.append("from nasdsl.compiler.supernet.gates import Gates")
    emitted = assemble(used, (), (), imports)
    found = owners(graph, used)
    widths: dict[str, None] = {}
    for owner in found:
        attrs = dict(owner.node.attrs)
        for name, _ in attrs.get("source") or ():  # type: ignore[union-attr, misc]
            widths[str(name)] = None
        widths[str(attrs.get("target") or "")] = None
    widths.pop("", None)
    return EmittedSupernet(emitted, tuple(found), tuple(widths))
