"""Names in scope: what introduces one, where, and whether anything reads it."""

from __future__ import annotations

from collections.abc import Iterator

from . import syntax as s
from .lexemes import scan
from .spans import Span


class Var:
    """One name. `what` says what introduced it: formal, let, local, where, loop, input, …"""

    __slots__ = ("name", "node", "read", "span", "what")

    def __init__(
        self, name: str, what: str, span: Span | None, node: s.Syntax | None = None
    ) -> None:
        self.name, self.what, self.span, self.node = name, what, span, node
        self.read = False


class Scope:
    """Names of one construct, within those of the next larger one.

    Graphs: `later` has the names that some statement of the block assigns, `looped` those that the
    loops around the present statement assign, `early` those that a loop reads from its last round,
    before they are assigned.
    """

    __slots__ = ("early", "later", "looped", "names", "parent")

    def __init__(self, parent: Scope | None = None) -> None:
        self.parent = parent
        self.names: dict[str, Var] = {}
        self.later: dict[str, Span | None] = {}
        self.looped: set[str] = set()
        self.early: set[str] = set()

    def chain(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def find(self, name: str) -> Var | None:
        for scope in self.chain():
            if name in scope.names:
                return scope.names[name]
        return None

    def known(self) -> list[str]:
        return [name for scope in self.chain() for name in scope.names]

    def add(self, var: Var) -> Var:
        """Introduce a name; an earlier one of the same scope stays, as it was."""
        var.read = var.name in self.early
        return self.names.setdefault(var.name, var)


def place(node: s.Syntax, name: str, after: str = "") -> Span | None:
    """Where a name stands in the text of a node that introduces it (behind the word `after`)."""
    span = node.span
    if span is None:
        return None
    waiting = bool(after)
    for lexeme in scan(span.source.text, span.start, span.end):
        if lexeme.kind == "word" and not waiting and lexeme.text == name:
            return Span(span.source, lexeme.start, lexeme.end)
        if lexeme.text == after:
            waiting = False
    return span


def assigned(block: tuple[s.Statement, ...]) -> Iterator[tuple[str, s.Statement]]:
    """Every name that statements of a block assign, at any depth, in order."""
    for statement in block:
        match statement:
            case s.Assign():
                yield from ((target, statement) for target in statement.targets)
            case s.Append():
                yield statement.target, statement
            case s.Loop():
                if statement.index is not None:
                    yield statement.index, statement
                yield statement.name, statement
                yield from assigned(statement.body)
            case s.When():
                yield from assigned(statement.body)
                yield from assigned(statement.orelse)
