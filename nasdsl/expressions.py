"""The syntax tree of expressions: one frozen record per construct of grammar/nas.lark.

Spans take no part in equality, so two layouts of one program are equal. Sequences are tuples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .record import Placed, record

if TYPE_CHECKING:
    from .syntax import Statement


@record
class Syntax(Placed):
    """A node of the tree."""


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
