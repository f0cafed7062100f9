"""From grammar rules to syntax nodes: one method per rule or alias of grammar/nas.lark.

Called by either parser (lalr.py, Lark) with every token kept, so a node spans exactly its children.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

from . import syntax as s
from .diagnostics import Diagnostic, fail
from .lalr import Token
from .lexemes import KEYWORDS
from .spans import Source, Span

MAX_DEPTH = 200
"""Levels of a syntax tree: past it, recursive passes would not be safe."""

_ESCAPE = re.compile(r'\\(["\\nt])')
_UNESCAPED = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}

Children = list[Any]
_Node = TypeVar("_Node", bound=s.Syntax)


def unquote(literal: str) -> str:
    """The text that a quoted literal stands for."""
    body = literal[3:-3] if literal[:3] == '"""' else literal[1:-1]
    return _ESCAPE.sub(lambda m: _UNESCAPED[m[1]], body) if "\\" in body else body


def _nodes(children: Children) -> tuple[Any, ...]:
    return tuple([c for c in children if isinstance(c, s.Syntax)])


class KeywordName(Exception):
    """A keyword where only an expression can stand: there the lexer takes it for a name."""

    def __init__(self, position: int) -> None:
        self.position = position


class TreeBuilder:
    """Builds the tree of one source at a time; `begin` names it."""

    def __init__(self) -> None:
        self.begin(Source("<none>", ""))

    def begin(self, source: Source) -> None:
        self._source = source
        # Levels below each inner node. Keyed by identity: every node here is alive in the tree.
        self._levels: dict[int, int] = {}
        self.problems: list[Diagnostic] = []

    def _span(self, children: Children) -> Span:
        first, last = children[0], children[-1]
        start: int = first.span.start if isinstance(first, s.Syntax) else first.start_pos  # type: ignore[union-attr]  # a token of text that was read has a place
        end: int = last.span.end if isinstance(last, s.Syntax) else last.end_pos  # type: ignore[union-attr]  # likewise
        return Span(self._source, start, end)

    def _make(self, kind: type[_Node], children: Children, *values: object) -> _Node:
        get, level = self._levels.get, 0
        for child in children:
            level = max(level, get(id(child), 0))
        node = kind(*values, span=self._span(children))
        self._levels[id(node)] = level + 1
        if level >= MAX_DEPTH:
            raise fail(
                "NAS002",
                f"the program nests more than {MAX_DEPTH} levels deep",
                node.span,
                help="name parts of it with `let`, `where` or a `motif`",
            )
        return node

    def _bind(self, token: Token) -> str:
        """A name that is introduced here: the lexer lets a keyword pass where only names stand."""
        name: str = token.value
        if name in KEYWORDS:
            message = f"`{name}` is a keyword, not a name"
            help = "the keywords are " + " ".join(sorted(KEYWORDS))
            self.problems.append(Diagnostic("NAS029", message, self._leaf(token), help=help))
        return name

    def _names(self, children: Children) -> list[str]:
        return [self._bind(c) for c in children if not isinstance(c, s.Syntax) and c.type == "NAME"]

    def _leaf(self, token: Token) -> Span:
        return Span(self._source, token.start_pos, token.end_pos)

    # -------------------------------------------------------------- expressions

    def number(self, c: Children) -> s.Number:
        return s.Number(c[0].value, span=self._leaf(c[0]))

    def text(self, c: Children) -> s.Text:
        return s.Text(unquote(c[0].value), span=self._leaf(c[0]))

    def boolean(self, c: Children) -> s.Boolean:
        return s.Boolean(c[0].value == "true", span=self._leaf(c[0]))

    def name(self, c: Children) -> s.Name:
        if c[0].value in KEYWORDS and c[0].value != "log":  # a function, too
            raise KeywordName(c[0].start_pos)
        return s.Name(c[0].value, span=self._leaf(c[0]))

    def path(self, c: Children) -> s.Path:
        return s.Path(c[0].value[1:-1], span=self._leaf(c[0]))

    def where(self, c: Children) -> s.Where:
        return self._make(s.Where, c, c[0], _nodes(c[2:]))

    def ternary(self, c: Children) -> s.Ternary:
        return self._make(s.Ternary, c, c[0], c[2], c[4])

    def alternatives(self, c: Children) -> s.Alternatives:
        return self._make(s.Alternatives, c, tuple(c[::2]))

    def pipeline(self, c: Children) -> s.Pipeline:
        return self._make(s.Pipeline, c, tuple(c[::2]))

    def binary(self, c: Children) -> s.Binary:
        op = c[1].value if len(c) == 3 else "not in"
        return self._make(s.Binary, c, op, c[0], c[-1])

    def unary(self, c: Children) -> s.Unary:
        return self._make(s.Unary, c, c[0].value, c[1])

    def any(self, c: Children) -> s.Any:
        return self._make(s.Any, c, c[1])

    def some(self, c: Children) -> s.Some:
        return self._make(s.Some, c, c[2])

    def pick(self, c: Children) -> s.Pick:
        flags = {t.type for t in c[4:]}
        return self._make(s.Pick, c, c[1], c[3], "ORDERED" in flags, "REPEATED" in flags)

    def permutation(self, c: Children) -> s.Permutation:
        return self._make(s.Permutation, c, c[2])

    def range(self, c: Children) -> s.Range:
        log = not isinstance(c[-1], s.Syntax)
        step = c[4] if len(c) > 4 else None
        return self._make(s.Range, c, c[0], c[2], step, log)

    def call(self, c: Children) -> s.Call:
        return self._make(s.Call, c, c[0], _nodes(c[2:-1]))

    def argument(self, c: Children) -> s.Argument:
        return self._make(s.Argument, c, c[0].value if len(c) == 3 else None, c[-1])

    def index(self, c: Children) -> s.Index:
        return self._make(s.Index, c, c[0], c[2])

    def slice_from(self, c: Children) -> s.Slice:
        return self._make(s.Slice, c, c[0], c[2], None)

    def slice_to(self, c: Children) -> s.Slice:
        return self._make(s.Slice, c, c[0], None, c[3])

    def group(self, c: Children) -> s.Group:
        return self._make(s.Group, c, c[1])

    def tensors(self, c: Children) -> s.Tensors:
        return self._make(s.Tensors, c, _nodes(c))

    def list(self, c: Children) -> s.List:
        return self._make(s.List, c, _nodes(c))

    def comprehension(self, c: Children) -> s.Comprehension:
        return self._make(s.Comprehension, c, c[1], tuple(c[2:-1]))

    def clause(self, c: Children) -> s.Clause:
        names, nodes = self._names(c), _nodes(c)
        index = names[0] if len(names) == 2 else None
        cond = nodes[1] if len(nodes) == 2 else None
        return self._make(s.Clause, c, index, names[-1], nodes[0], cond)

    def one_of(self, c: Children) -> s.OneOf:
        return self._make(s.OneOf, c, tuple(c[3:-1]))

    def alternative(self, c: Children) -> s.Alternative:
        guard = c[2] if len(c) == 5 else None
        return self._make(s.Alternative, c, c[0].value, guard, c[-1])

    def label(self, c: Children) -> Token:
        (token,) = c
        text = unquote(token.value) if token.type == "STRING" else token.value
        return Token("LABEL", text, token.start_pos, token.end_pos)

    def field(self, c: Children) -> s.Field:
        return self._make(s.Field, c, c[0], c[1].value[1:])

    def case(self, c: Children) -> s.Case:
        return self._make(s.Case, c, c[1], _nodes(c[3:-1]))

    def entry(self, c: Children) -> s.Entry:
        return self._make(s.Entry, c, c[0] if isinstance(c[0], s.Syntax) else None, c[2])

    def key(self, c: Children) -> s.Key:
        token = c[-1]
        text = unquote(token.value) if token.type == "STRING" else token.value
        if token.type == "NUMBER":
            return self._make(s.Key, c, "number", text if len(c) == 1 else f"-{text}")
        return self._make(s.Key, c, "text" if token.type in ("NAME", "STRING") else "truth", text)

    def graph(self, c: Children) -> s.Graph:
        block = c.pop()
        inputs = tuple(s.Name(self._bind(t), span=self._leaf(t)) for t in c if t.type == "NAME")
        return self._make(s.Graph, c + block, inputs, _nodes(block))

    def repeat(self, c: Children) -> s.Repeat:
        names = self._names(c)
        return self._make(s.Repeat, c, c[1], names[0] if names else None, c[-2])

    # -------------------------------------------------------------- statements

    def block(self, c: Children) -> Children:
        return c  # the parent takes it apart: a block is no node of its own

    def assign(self, c: Children) -> s.Assign:
        return self._make(s.Assign, c, tuple(self._names(c)), c[-1])

    def append(self, c: Children) -> s.Append:
        return self._make(s.Append, c, self._bind(c[0]), c[2])

    def loop(self, c: Children) -> s.Loop:
        block, names = c.pop(), self._names(c)
        index = names[0] if len(names) == 2 else None
        return self._make(s.Loop, c + block, index, names[-1], c[-1], _nodes(block))

    def when(self, c: Children) -> s.When:
        last = c[-1] if len(c) == 5 else []
        orelse = last if isinstance(last, list) else [last]
        return self._make(s.When, c[:2] + c[2] + orelse, c[1], _nodes(c[2]), _nodes(orelse))

    def require_stmt(self, c: Children) -> s.Require:
        return self._make(s.Require, c, _nodes(c))

    def out(self, c: Children) -> s.Out:
        return self._make(s.Out, c, _nodes(c))

    # -------------------------------------------------------------- top level

    def start(self, c: Children) -> s.Program:
        return s.Program(tuple(c), span=Span(self._source, 0, len(self._source.text)))

    def space_decl(self, c: Children) -> s.SpaceDecl:
        doc = unquote(c[2].value) if len(c) == 3 else None
        return self._make(s.SpaceDecl, c, self._bind(c[1]), doc)

    def import_decl(self, c: Children) -> s.Import:
        return self._make(s.Import, c, unquote(c[1].value))

    def param_decl(self, c: Children) -> s.Param:
        return self._make(s.Param, c, _nodes(c))

    def binding(self, c: Children) -> s.Binding:
        return self._make(s.Binding, c, self._bind(c[0]), c[2], None)

    def parameter(self, c: Children) -> s.Binding:
        kind = self._bind(c[2]) if len(c) == 5 else None
        return self._make(s.Binding, c, self._bind(c[0]), c[-1], kind)

    def let_decl(self, c: Children) -> s.Let:
        return self._make(s.Let, c, self._bind(c[1]), c[3])

    def motif_decl(self, c: Children) -> s.Motif:
        return self._make(s.Motif, c, self._bind(c[1]), _nodes(c[2:-1]), c[-1])

    def formal(self, c: Children) -> s.Formal:
        return self._make(s.Formal, c, self._bind(c[0]), c[2] if len(c) == 3 else None)

    def network_decl(self, c: Children) -> s.Network:
        return self._make(s.Network, c, c[2])

    def require_decl(self, c: Children) -> s.Require:
        return self._make(s.Require, c, _nodes(c))

    def search_decl(self, c: Children) -> s.Search:
        return self._make(s.Search, c, _nodes(c))

    def setting(self, c: Children) -> s.Setting:
        return self._make(s.Setting, c, c[0].value, _nodes(c[1:]))

    # -------------------------------------------------------------- encodings

    def encoding_decl(self, c: Children) -> s.Encoding:
        names = self._names(c)
        doc = next((unquote(t.value) for t in c if _is(t, "STRING")), None)
        layout = names[1] if len(names) == 2 else None
        return self._make(s.Encoding, c, names[0], layout, doc, _nodes(c))

    def encode_decl(self, c: Children) -> s.Encode:
        return self._make(s.Encode, c, self._bind(c[1]), c[3])

    def form_rule(self, c: Children) -> s.FormRule:
        return self._make(s.FormRule, c, self._bind(c[0]), _nodes(c))

    def form_check(self, c: Children) -> s.FormCheck:
        return self._make(s.FormCheck, c, c[1], tuple(c[2:-1]), self.text(c[-1:]))

    def form(self, c: Children) -> s.Form:
        nodes = _nodes(c)
        label = c[0].value if _is(c[0], "NAME") else None
        return self._make(s.Form, c, label, nodes[0], nodes[1] if len(nodes) == 2 else None)

    def form_name(self, c: Children) -> s.FormName:
        return s.FormName(c[0].value, span=self._leaf(c[0]))

    def field_set(self, c: Children) -> s.FieldSet:
        return self._make(s.FieldSet, c, _nodes(c))

    def form_field(self, c: Children) -> s.FormField:
        nodes = _nodes(c)
        default = nodes[0] if nodes else None
        return self._make(s.FormField, c, c[0].value, self.text(c[2:3]), default)


def _is(token: object, kind: str) -> bool:
    return not isinstance(token, s.Syntax) and getattr(token, "type", None) == kind
