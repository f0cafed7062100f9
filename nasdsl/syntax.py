"""The syntax tree: one frozen record per construct of grammar/nas.lark.

Spans take no part in equality, so two layouts of one program are equal. Sequences are tuples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from .record import Placed, record


@record
class Syntax(Placed):
    """A node of the tree."""


# ------------------------------------------------------------------ expressions


@record
class Number(Syntax):
    """A literal; `text` keeps the spelling (5M, 1e-3)."""

    text: str

    @property
    def value(self) -> int | float:
        text, scale = self.text, 1
        if text[-1] in "KMG":
            scale = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}[text[-1]]
            text = text[:-1]
        if text.isdigit():
            return int(text) * scale
        value = float(text) * scale
        return int(value) if scale > 1 and value == int(value) else value


@record
class Text(Syntax):
    """A quoted string."""

    value: str


@record
class Boolean(Syntax):
    value: bool


@record
class Name(Syntax):
    id: str


@record
class Path(Syntax):
    """A decision, named by its path between backticks; `{e}` in it stands for the value of e."""

    text: str


@record
class Unary(Syntax):
    """`-x` or `not x`."""

    op: str
    operand: Expr


@record
class Binary(Syntax):
    """Arithmetic, comparison, `in`, `not in`, `and`, `or`."""

    op: str
    left: Expr
    right: Expr


@record
class Ternary(Syntax):
    """`then if cond else other`."""

    then: Expr
    cond: Expr
    other: Expr


@record
class Alternatives(Syntax):
    """Infix choice: `a | b | c`."""

    options: tuple[Expr, ...]


@record
class Pipeline(Syntax):
    """`a -> b -> c`: application if a is a tensor, composition if it is a module."""

    parts: tuple[Expr, ...]


@record
class Range(Syntax):
    """`start..stop [step s] [log]`, both ends included."""

    start: Expr
    stop: Expr
    step: Expr | None = None
    log: bool = False


@record
class Any(Syntax):
    """`any xs`: one element."""

    domain: Expr


@record
class Some(Syntax):
    """`some of xs`: any subset, one bit an element."""

    domain: Expr


@record
class Pick(Syntax):
    """`pick k of xs [ordered] [repeated]`."""

    count: Expr
    domain: Expr
    ordered: bool = False
    repeated: bool = False


@record
class Permutation(Syntax):
    """`permutation of xs`."""

    domain: Expr


@record
class Alternative(Syntax):
    """`label [if guard]: body`; quoted if the label was written as a string."""

    label: str
    guard: Expr | None
    body: Expr


@record
class OneOf(Syntax):
    """`one of { label: body … }`."""

    alternatives: tuple[Alternative, ...]


@record
class Key(Syntax):
    """What an entry of a case stands for: a string (quoted or not), a number or a truth value."""

    kind: Literal["text", "number", "truth"]
    text: str

    @property
    def value(self) -> str | int | float | bool:
        if self.kind == "number":
            value = Number(self.text.removeprefix("-")).value
            return -value if self.text[0] == "-" else value
        return self.text == "true" if self.kind == "truth" else self.text


@record
class Entry(Syntax):
    """`key: body` of a case; the key of `else` is None."""

    key: Key | None
    body: Expr


@record
class Case(Syntax):
    """`case subject { key: body, … else: body }`: the body whose key is equal to the subject."""

    subject: Expr
    entries: tuple[Entry, ...]


@record
class Graph(Syntax):
    """`graph (a, b) { statements }`: a module."""

    inputs: tuple[Name, ...]
    body: tuple[Statement, ...]


@record
class Repeat(Syntax):
    """`repeat n [as i] { body }`: n fresh copies in a chain."""

    count: Expr
    index: str | None
    body: Expr


@record
class Group(Syntax):
    """A parenthesised expression (kept so that printing is faithful)."""

    body: Expr


@record
class Tensors(Syntax):
    """`(a, b)`: several tensors side by side."""

    items: tuple[Expr, ...]


@record
class List(Syntax):
    items: tuple[Expr, ...]


@record
class Clause(Syntax):
    """`for [index,] name in source [if cond]`."""

    index: str | None
    name: str
    source: Expr
    cond: Expr | None


@record
class Comprehension(Syntax):
    item: Expr
    clauses: tuple[Clause, ...]


@record
class Argument(Syntax):
    """A call's argument; `name` is None if it is positional."""

    name: str | None
    value: Expr


@record
class Call(Syntax):
    function: Expr
    arguments: tuple[Argument, ...]


@record
class Index(Syntax):
    """`xs[i]`; with a Range as index, a slice."""

    base: Expr
    index: Expr


@record
class Slice(Syntax):
    """`xs[a..]` or `xs[..b]`, b included."""

    base: Expr
    start: Expr | None
    stop: Expr | None


@record
class Field(Syntax):
    """`x.name`: a part of a record."""

    base: Expr
    name: str


@record
class Binding(Syntax):
    """`name = value`; of a parameter also `name: type = value`, where the type is an encoding."""

    name: str
    value: Expr
    type: str | None = None


@record
class Where(Syntax):
    """`body where a = …, b = …`: the bindings are evaluated first, in order, once."""

    body: Expr
    bindings: tuple[Binding, ...]


Expr = (
    Number | Text | Boolean | Name | Unary | Binary | Ternary | Alternatives | Pipeline | Range
    | Any | Some | Pick | Permutation | OneOf | Case | Graph | Repeat | Group | Tensors | List
    | Comprehension | Call | Index | Slice | Field | Where | Path
)  # fmt: skip

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
