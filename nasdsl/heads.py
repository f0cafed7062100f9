"""How the heads of rows are written: labels of alternatives, keys of a case, and their widths."""

from __future__ import annotations

from . import syntax as s
from .feed import quote
from .lexemes import is_name, scan

MAX_ALIGNED = 28
"""Columns of a head beyond which the others are not aligned to it."""


def hugs(node: object) -> bool:
    """Whether the brackets of a call may close around the brackets of its only argument."""
    if isinstance(node, s.Argument):
        node = node.value
    return isinstance(node, s.List | s.Comprehension | s.Graph | s.OneOf | s.Call | s.Number)


def head_width(node: s.Alternative) -> int:
    """Columns of `label:`; nothing is aligned to one with a guard."""
    if node.guard is not None:
        return MAX_ALIGNED + 1
    label = node.label if is_name(node.label) else quote(node.label)
    if node.span is not None:
        label = next(scan(node.span.source.text, node.span.start)).text
    return len(label) + 1


def _key(node: s.Entry) -> str:
    """The key as it is written where there is no source."""
    if node.key is None:
        return "else"
    bare = node.key.kind != "text" or is_name(node.key.text)
    return node.key.text if bare else quote(node.key.text)


def key_pieces(node: s.Entry) -> tuple[str, ...]:
    text = _key(node)
    return ("-", text[1:]) if text[0] == "-" else (text,)


def key_width(node: s.Entry) -> int:
    """Columns of `key:`."""
    return len(_key(node) if node.key is None or node.key.span is None else node.key.span.text) + 1


def is_apart(before: object, row: object) -> bool:
    """Whether a tree without source gets an empty line between two rows."""
    large = isinstance(row, s.Motif | s.Network | s.Search)
    return isinstance(row, s.Item) and (large or type(before) is not type(row))
