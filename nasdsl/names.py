"""Who is meant by each name, over all code: undefined, repeated, cyclic, unused and misapplied ones.

Assumes parsed programs in import order, the main one last. Nothing is evaluated. Codes NAS100-199.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from . import syntax as s
from .calls import Signature, check_call, check_order, motif_signature
from .codes import coders
from .diagnostics import Diagnostic, NasError, did_you_mean
from .lints import lint, repeated
from .parser import parse_expression
from .scopes import Scope, Var, assigned, place
from .spans import Source, Span

COSTS = ("params", "macs", "flops", "activations", "depth")
"""Names that stand for a cost of the network inside `require`."""

_ELSEWHERE = {
    "True": "write `true`", "False": "write `false`", "None": "write `none`",
    "null": "write `none`", "self": "a graph's inputs are named: `graph (x) { … }`",
}  # fmt: skip


def check_names(
    programs: Sequence[s.Program], builtins: Mapping[str, Signature], *, whole: bool = True
) -> list[Diagnostic]:
    """Every mistake of names in a main program (the last) and its imports, in source order.

    Unless `whole`, the main program may be a library: it needs no `network` and may leave its
    names to others.
    """
    checker = _Checker(programs, builtins)
    found = checker.run()
    found += _networks(programs, whole)
    if whole:
        found += checker.unused_globals(programs[-1])
    order = {id(p.span.source): i for i, p in enumerate(programs) if p.span}
    return sorted(
        found,
        key=lambda d: (order.get(id(d.span.source), 0), d.span.start) if d.span else (-1, 0),
    )


def _networks(programs: Sequence[s.Program], whole: bool) -> Iterator[Diagnostic]:
    main = programs[-1]
    for program in programs:
        items: dict[type, s.Item] = {}
        for item in program.items:
            kind = type(item)
            code = {s.Network: "NAS141", s.SpaceDecl: "NAS142", s.Search: "NAS144"}.get(kind)
            if code is None:
                continue
            if kind in items:
                word = {s.Network: "network", s.SpaceDecl: "space", s.Search: "search"}[kind]
                notes = (("the first one", _head(items[kind])),)
                yield Diagnostic(code, f"a second `{word}`", _head(item), notes=notes)
            elif kind is s.Network and program is not main:
                help = "move what both files need into a third one"
                message = "an imported file has a `network` of its own"
                yield Diagnostic("NAS143", message, _head(item), help=help)
            items.setdefault(kind, item)
    if whole and not any(isinstance(item, s.Network) for item in main.items):
        source = main.span.source if main.span else None
        message = f"{source.name if source else 'the program'} has no `network`"
        help = "add one, as in `network = image(3, 32, 32) -> … -> linear(10)`"
        yield Diagnostic("NAS140", message, None, help=help)


def _head(node: s.Syntax) -> Span | None:
    """The first word of an item."""
    if node.span is None:
        return None
    return Span(node.span.source, node.span.start, node.span.start + len(node.span.text.split()[0]))


VIEW_FUNCTIONS = frozenset({"any_order", "anything", "count", "decided"})
"""Functions that only `encode` knows."""


class _Checker:
    def __init__(self, programs: Sequence[s.Program], builtins: Mapping[str, Signature]) -> None:
        self.programs, self.builtins = programs, builtins
        self.types = list(coders(programs))
        self.found: list[Diagnostic] = []
        self.globals = Scope()
        self.needs: dict[str, list[tuple[str, Span | None]]] = {}
        self.inside: str | None = None
        self.costs = False
        self.view = False
        self.views = s.view_motifs(programs)

    def report(self, diagnostic: Diagnostic) -> None:
        self.found.append(diagnostic)

    def run(self) -> list[Diagnostic]:
        for program in self.programs:
            for item in program.items:
                self._declare(item)
        for program in self.programs:
            for item in program.items:
                self._item(item)
            for node in s.walk(program):
                self.found += lint(node)
        self._cycles()
        return self.found

    # -------------------------------------------------------------- the top level

    def _declare(self, item: s.Item) -> None:
        declared: list[tuple[str, Span | None, s.Syntax]] = []
        match item:
            case s.Let() | s.Motif():
                declared.append((item.name, place(item, item.name), item))
            case s.Param():
                declared += [(b.name, place(b, b.name), b) for b in item.bindings]
        what = type(item).__name__.lower()
        for name, span, node in declared:
            if (first := self.globals.names.get(name)) is not None:
                pair = [(name, first.span), (name, span)]
                self.found += repeated(pair, "NAS102", "the name")
            elif name in self.builtins and not self.builtins[name].weak:
                help = "choose another name"
                self.report(Diagnostic("NAS104", f"`{name}` is built in", span, help=help))
            self.globals.add(Var(name, what, span, node))

    def _item(self, item: s.Item) -> None:
        match item:
            case s.Let():
                self._global(item.name, item.value)
            case s.Param():
                for binding in item.bindings:
                    self._type(binding)
                    self._global(binding.name, binding.value)
            case s.Motif():
                self._motif(item)
            case s.Network():
                self.visit(item.value, self.globals)
            case s.Require():
                self.visit(item, self.globals)
            case s.Encode():
                self.view = True
                self.visit(item.value, self.globals)
                self.view = False

    def _type(self, binding: s.Binding) -> None:
        kind = binding.type
        if kind is None or kind in self.types:
            return
        help = did_you_mean(kind, self.types) or f"declare it, as in `encoding {kind} {{ … }}`"
        span = place(binding, kind, ":")
        self.report(Diagnostic("NAS107", f"there is no encoding `{kind}`", span, help=help))

    def _global(self, name: str, value: s.Expr) -> None:
        self.inside = name
        self.visit(value, self.globals)
        self.inside = None

    def _motif(self, motif: s.Motif) -> None:
        scope = Scope(self.globals)
        for formal in motif.formals:
            if formal.default is not None:
                self.visit(formal.default, scope)
            scope.add(Var(formal.name, "formal", place(formal, formal.name)))
        self.view = motif.name in self.views
        self.visit(motif.body, scope)
        self.view = False
        self._unused(scope, "`{}` is a formal that the motif never uses")

    def _cycles(self) -> None:
        """Lets and params that need each other; those through motifs show when they are run."""
        edges = {name: {n for n, _ in needs} for name, needs in self.needs.items()}
        while True:
            try:
                TopologicalSorter(edges).prepare()
                return
            except CycleError as error:
                cycle: list[str] = error.args[1][::-1]
            first = min(range(len(cycle) - 1), key=lambda i: list(self.needs).index(cycle[i]))
            names = [*cycle[first:-1], *cycle[: first + 1]]
            chain = " → ".join(f"`{n}`" for n in names)
            message = f"`{names[0]}` is defined by itself"
            if len(names) > 2:
                message += f": {chain}"
            span = next(span for n, span in self.needs[names[0]] if n == names[1])
            self.report(Diagnostic("NAS103", message, span, help="a motif may call itself"))
            edges[names[0]].discard(names[1])

    def unused_globals(self, main: s.Program) -> Iterator[Diagnostic]:
        """Lets and params of the main program that nothing reads."""
        for var in self.globals.names.values():
            own = var.span is not None and main.span is not None
            if own and var.span.source is not main.span.source:  # type: ignore[union-attr]  # `own` says that both have spans
                continue
            if var.what in ("let", "param") and not var.read and var.name[0] != "_":
                yield _warning("NAS150", f"nothing uses `{var.name}`", var.span)

    # -------------------------------------------------------------- expressions

    def visit(self, node: s.Syntax, scope: Scope) -> None:
        handler = _VISIT.get(type(node))
        if handler is not None:
            handler(self, node, scope)
        else:
            for child in s.children(node):
                self.visit(child, scope)

    def name(self, node: s.Name, scope: Scope) -> None:
        self.resolve(node.id, node.span, scope)

    def resolve(self, name: str, span: Span | None, scope: Scope) -> Var | None:
        for outer in scope.chain():
            if name in outer.names:
                break
            if name in outer.looped:
                outer.early.add(name)
        var = scope.find(name)
        if var is not None:
            var.read = True
            if self.inside and self.globals.names.get(name) is var and var.what != "motif":
                self.needs.setdefault(self.inside, []).append((name, span))
            return var
        if name in self.builtins or (self.costs and name in COSTS):
            return None
        for outer in scope.chain():
            if name in outer.later:
                if name not in outer.looped:
                    notes = (("it is assigned here", outer.later[name]),)
                    message = f"`{name}` is used before it has a value"
                    self.report(Diagnostic("NAS110", message, span, notes=notes))
                return None
        self.report(self._undefined(name, span, scope))
        return None

    def _undefined(self, name: str, span: Span | None, scope: Scope) -> Diagnostic:
        if name in COSTS:
            help = "a cost stands only in `require` and `search`"
        elif name in _ELSEWHERE:
            help = _ELSEWHERE[name]
        else:
            help = did_you_mean(name, [*scope.known(), *self.builtins])
        return Diagnostic("NAS101", f"`{name}` is not defined", span, help=help)

    def call(self, node: s.Call, scope: Scope) -> None:
        disorder = list(check_order(node))
        self.found += disorder
        if self.view and self._view_call(node, scope):
            return
        self.visit(node.function, scope)
        if isinstance(node.function, s.Name) and not disorder:
            name = node.function.id
            var = scope.find(name)
            if var is not None and isinstance(var.node, s.Motif):
                shadow = name in self.builtins and not self.builtins[name].weak
                if not shadow and (var.node.formals or node.arguments):
                    self.found += check_call(node, name, motif_signature(var.node), var.span)
            elif var is None and name in self.builtins:
                self.found += check_call(node, name, self.builtins[name], None)
        for argument in node.arguments:
            self.visit(argument.value, scope)

    def _view_call(self, node: s.Call, scope: Scope) -> bool:
        """Whether this is a record, or a function of views only; what it is made of is checked."""
        name = node.function.id if isinstance(node.function, s.Name) else ""
        motif = scope.find(name)
        record = bool(node.arguments) and all(a.name for a in node.arguments)
        if motif is not None and isinstance(motif.node, s.Motif) and s.is_view(motif.node):
            return False
        if not record and (motif is not None or name not in VIEW_FUNCTIONS):
            return False
        for argument in node.arguments:
            self.visit(argument.value, scope)
        return True

    def path(self, node: s.Path, scope: Scope) -> None:
        """The names in the braces of a path."""
        if not self.view:
            help = "a path stands in `encode` and in motifs that it calls"
            self.report(Diagnostic("NAS160", "a path names no value here", node.span, help=help))
        for piece in re.findall(r"\{([^{}]*)\}", node.text):
            try:
                inner = parse_expression(Source("path", piece))
            except NasError as error:
                message = f"in the path: {error.diagnostics[0].message}"
                self.report(Diagnostic("NAS161", message, node.span))
                continue
            for name in s.walk(inner):
                if isinstance(name, s.Name):
                    self.resolve(name.id, node.span, scope)

    def where(self, node: s.Where, scope: Scope) -> None:
        inner = Scope(scope)
        for binding in node.bindings:
            self.visit(binding.value, inner)
            inner.add(Var(binding.name, "where", place(binding, binding.name)))
        self.visit(node.body, inner)
        self._unused(inner, "nothing uses `{}`")

    def comprehension(self, node: s.Comprehension, scope: Scope) -> None:
        inner = scope
        for clause in node.clauses:
            self.visit(clause.source, inner)
            inner = Scope(inner)
            for name in (clause.index, clause.name):
                if name is not None:
                    inner.add(Var(name, "loop", place(clause, name)))
            if clause.cond is not None:
                self.visit(clause.cond, inner)
        self.visit(node.item, inner)

    def repeat(self, node: s.Repeat, scope: Scope) -> None:
        self.visit(node.count, scope)
        inner = Scope(scope)
        if node.index is not None:
            inner.add(Var(node.index, "loop", place(node, node.index, "as")))
        self.visit(node.body, inner)

    def require(self, node: s.Require, scope: Scope) -> None:
        self.costs = True
        for condition in node.conditions:
            self.visit(condition, scope)
        self.costs = False

    # -------------------------------------------------------------- graphs

    def graph(self, node: s.Graph, scope: Scope) -> None:
        inner = Scope(scope)
        for tensor in node.inputs:
            inner.add(Var(tensor.id, "input", tensor.span))
        for name, statement in assigned(node.body):
            inner.later.setdefault(name, place(statement, name))
        self.block(node.body, inner)
        self._unused(inner, "`{}` gets a value that nothing uses")

    def block(self, body: tuple[s.Statement, ...], scope: Scope) -> None:
        for statement in body:
            match statement:
                case s.Assign():
                    self.visit(statement.value, scope)
                    for target in statement.targets:
                        scope.add(Var(target, "local", place(statement, target), statement))
                case s.Append():
                    self._append(statement, scope)
                case s.Loop():
                    self._loop(statement, scope)
                case s.When():
                    self.visit(statement.cond, scope)
                    self.block(statement.body, scope)
                    self.block(statement.orelse, scope)
                case _:
                    self.visit(statement, scope)

    def _append(self, node: s.Append, scope: Scope) -> None:
        self.visit(node.value, scope)
        if scope.find(node.target) is None and node.target not in scope.looped:
            message = f"`{node.target}` has no value to add to"
            help = f"begin with `{node.target} = [ ]`"
            self.report(Diagnostic("NAS111", message, place(node, node.target), help=help))
        scope.add(Var(node.target, "local", place(node, node.target), node))

    def _loop(self, node: s.Loop, scope: Scope) -> None:
        self.visit(node.source, scope)
        outer = scope.looped
        scope.looped = outer | {name for name, _ in assigned(node.body)}
        for name in (node.index, node.name):
            if name is not None:
                scope.add(Var(name, "loop", place(node, name)))
        self.block(node.body, scope)
        scope.looped = outer

    def _unused(self, scope: Scope, message: str) -> None:
        for var in scope.names.values():
            if var.what not in ("local", "formal", "where") or var.read or var.name[0] == "_":
                continue
            if isinstance(var.node, s.Assign) and len(var.node.targets) > 1:
                continue  # the others say that the value is needed
            help = f"name it `_{var.name}` if that is meant" if var.what == "formal" else ""
            self.report(_warning("NAS152", message.format(var.name), var.span, help))


def _warning(code: str, message: str, span: Span | None, help: str = "") -> Diagnostic:
    return Diagnostic(code, message, span, help=help, severity="warning")


_VISIT: dict[type, Callable[[_Checker, Any, Scope], None]] = {
    s.Name: _Checker.name, s.Call: _Checker.call, s.Where: _Checker.where,
    s.Comprehension: _Checker.comprehension, s.Repeat: _Checker.repeat,
    s.Require: _Checker.require, s.Graph: _Checker.graph, s.Path: _Checker.path,
}  # fmt: skip
