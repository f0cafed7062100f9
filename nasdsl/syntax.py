"""The syntax tree: statements and the top level; expressions are in nasdsl.expressions, and here too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .expressions import (
    Alternative,
    Alternatives,
    Any,
    Argument,
    Binary,
    Binding,
    Boolean,
    Call,
    Case,
    Clause,
    Comprehension,
    Entry,
    Expr,
    Field,
    Graph,
    Group,
    Index,
    Key,
    List,
    Name,
    Number,
    OneOf,
    Path,
    Permutation,
    Pick,
    Pipeline,
    Range,
    Repeat,
    Slice,
    Some,
    Syntax,
    Tensors,
    Ternary,
    Text,
    Unary,
    Where,
)
from .record import record

__all__ = [
    "Alternative", "Alternatives", "Any", "Append", "Argument", "Assign", "Binary", "Binding",
    "Boolean", "Call", "Case", "Clause", "Comprehension", "Encode", "Encoding", "Entry", "Expr",
    "Field", "FieldSet", "Form", "FormCheck", "FormField", "FormName", "FormRule", "Formal",
    "Graph", "Group", "Import", "Index", "Item", "Key", "Let", "List", "Loop", "Motif", "Name",
    "Network", "Number", "OneOf", "Out", "Param", "Path", "Permutation", "Pick", "Pipeline",
    "Program", "Range", "Repeat", "Require", "Search", "Setting", "Slice", "Some", "SpaceDecl",
    "Statement", "Syntax", "Tensors", "Ternary", "Text", "Unary", "When", "Where", "children",
    "is_view", "view_motifs", "walk",
]  # fmt: skip

# ------------------------------------------------------------------ statements


@record
class Assign(Syntax):
    """`a, b = value`."""

    targets: tuple[str, ...]
    value: Expr


@record
class Append(Syntax):
    """`xs += value`: append to a list, or add to a number."""

    target: str
    value: Expr


@record
class Loop(Syntax):
    """`for [index,] name in source { … }`."""

    index: str | None
    name: str
    source: Expr
    body: tuple[Statement, ...]


@record
class When(Syntax):
    """`when cond { … } else { … }`."""

    cond: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


@record
class Require(Syntax):
    """`require cond, …`, at the top level or inside a graph."""

    conditions: tuple[Expr, ...]


@record
class Out(Syntax):
    """`out a, b`: the outputs of a graph."""

    values: tuple[Expr, ...]


Statement = Assign | Append | Loop | When | Require | Out

# ------------------------------------------------------------------ top level


@record
class SpaceDecl(Syntax):
    name: str
    doc: str | None


@record
class Import(Syntax):
    path: str


@record
class Param(Syntax):
    """`param a = 1, b: kind = "text"`: values that --set overrides."""

    bindings: tuple[Binding, ...]


@record
class Let(Syntax):
    """`let name = value`: decided once."""

    name: str
    value: Expr


@record
class Formal(Syntax):
    name: str
    default: Expr | None


@record
class Motif(Syntax):
    """`motif name(formals) = body`: decided at every use."""

    name: str
    formals: tuple[Formal, ...]
    body: Expr


@record
class Network(Syntax):
    value: Expr


@record
class Setting(Syntax):
    name: str
    values: tuple[Expr, ...]


@record
class Search(Syntax):
    settings: tuple[Setting, ...]


@record
class FormField(Syntax):
    """`key: "template" = default` of a field set; without a default the field must be given."""

    key: str
    template: Text
    default: Expr | None


@record
class FieldSet(Syntax):
    """`{ a: "…" = 1 b: "…" }`: fields in any order, one a line."""

    fields: tuple[FormField, ...]


@record
class FormName(Syntax):
    """Another rule of the encoding, or a built-in one."""

    id: str


@record
class Form(Syntax):
    """One alternative of a rule: `label: body as value`."""

    label: str | None
    body: Text | FormName | FieldSet
    value: Expr | None


@record
class FormRule(Syntax):
    """`name = form | form`."""

    name: str
    forms: tuple[Form, ...]


@record
class FormCheck(Syntax):
    """`require condition for x in … "message"`: what a text must satisfy besides its form."""

    condition: Expr
    clauses: tuple[Clause, ...]
    message: Text


@record
class Encoding(Syntax):
    """`encoding name layout "doc" { rows }`: how values are written in another notation."""

    name: str
    layout: str | None
    doc: str | None
    rows: tuple[FormRule | FormCheck, ...]


@record
class Encode(Syntax):
    """`encode name = value`: what a genotype is in an encoding."""

    name: str
    value: Expr


Item = SpaceDecl | Import | Param | Let | Motif | Network | Require | Search | Encoding | Encode


@record
class Program(Syntax):
    """A whole file."""

    items: tuple[Item, ...]


def children(node: Syntax) -> Iterator[Syntax]:
    """The syntax nodes directly below a node, in order of their fields."""
    for name in node._compared:
        value = getattr(node, name)
        if isinstance(value, Syntax):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Syntax):
                    yield item


def walk(node: Syntax) -> Iterator[Syntax]:
    """A node and everything below it, parents first."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(children(current))))


def is_view(motif: Motif) -> bool:
    """Whether a motif is a part of views: it names decisions by paths."""
    return any(isinstance(node, Path) for node in walk(motif.body))


def view_motifs(programs: Sequence[Program]) -> frozenset[str]:
    """The motifs that are parts of views: they name decisions, or a view calls them by place."""
    motifs = {i.name: i for p in programs for i in p.items if isinstance(i, Motif)}
    views: list[Syntax] = [i for p in programs for i in p.items if isinstance(i, Encode)]
    found = {name for name, motif in motifs.items() if is_view(motif)}
    views += [motifs[name].body for name in found]
    while views:
        for node in walk(views.pop()):
            if not isinstance(node, Call) or not isinstance(node.function, Name):
                continue
            name = node.function.id
            by_place = any(a.name is None for a in node.arguments) or not node.arguments
            if name in motifs and name not in found and by_place:
                found.add(name)
                views.append(motifs[name].body)
    return frozenset(found)
