"""docs/operators.md, generated from the table."""

from __future__ import annotations

from collections.abc import Mapping

from .base import Op
from .bind import show, signature_text
from .table import SECTIONS

_HEAD = """# Operators

Generated from the operator table (`python -m nasdsl.ops.describe > docs/operators.md`).

Shapes leave out the batch: an image is `(C, H, W)`, a sequence `(T, F)`, a vector `(F,)`, tokens
`(T,)`. A size is one integer, or a list with one for each spatial dimension (`conv([1, 7])`). In
a signature, `…` is a default that depends on the input. Multiply-adds (MACs) count convolutions,
linear layers and matrix products for one sample: no bias, normalisation, activation or pooling.
"""


def describe(sections: Mapping[str, tuple[Op, ...]] = SECTIONS) -> str:
    """The reference as Markdown."""
    parts = [_HEAD]
    for title, ops in sections.items():
        parts.append(f"## {title}\n")
        parts += [_entry(op) for op in ops]
    return "\n".join(parts)


def _entry(op: Op) -> str:
    lines = [f"### `{signature_text(op)}`", "", op.doc, "", f"- Shape: {op.rule}."]
    if op.commutative:
        lines.append("- The order of the inputs does not matter.")
    for param in op.params:
        allowed = [show(choice) for choice in param.choices if param.kind != "bool"]
        low = "" if param.low is None else f" from {param.low:g}"
        high = "" if param.high is None else f" to {param.high:g}"
        kind = {"size": "a size", "pad": "a size", "ints": "integers", "name": ""}
        words = [f"{kind.get(param.kind, param.kind)}{low}{high}", *allowed]
        lines.append(f"- `{param.name}`: {' or '.join(w for w in words if w)}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(describe(), end="")
