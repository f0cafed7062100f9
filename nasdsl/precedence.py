"""How tightly each construct binds, loosest first: the levels are rules of the grammar."""

from __future__ import annotations

from . import syntax as s

(BODY, EXPR, OPTIONS, PIPE, OR, AND, NOT, COMPARE, CHOICE, RANGE, SUM, TERM, FACTOR, POSTFIX,
 ATOM) = range(15)  # fmt: skip

BINARY = {"or": OR, "and": AND, "+": SUM, "-": SUM, "*": TERM, "/": TERM, "%": TERM}


def level(node: s.Expr) -> int:
    """How tightly a construct binds: what it needs no parentheses for."""
    if isinstance(node, s.Binary):
        return BINARY.get(node.op, COMPARE)
    if isinstance(node, s.Unary):
        return NOT if node.op == "not" else FACTOR
    return _LEVELS.get(type(node), ATOM)


_LEVELS: dict[type, int] = {
    s.Where: BODY, s.Ternary: EXPR, s.Alternatives: OPTIONS, s.Pipeline: PIPE, s.Any: CHOICE,
    s.Some: CHOICE, s.Pick: CHOICE, s.Permutation: CHOICE, s.Range: RANGE, s.Call: POSTFIX,
    s.Index: POSTFIX, s.Slice: POSTFIX, s.Field: POSTFIX,
}  # fmt: skip


def close(node: s.Expr) -> bool:
    """Whether a product is written without blanks: 2*layers/3, but deep * cell."""
    leaves: list[s.Expr] = []
    while isinstance(node, s.Binary) and BINARY.get(node.op) == TERM:
        leaves.append(node.right)
        node = node.left
    leaves.append(node)
    plain = all(isinstance(leaf, s.Name | s.Number) for leaf in leaves)
    return plain and any(isinstance(leaf, s.Number) for leaf in leaves)
