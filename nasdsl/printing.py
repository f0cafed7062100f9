"""How statements and the items of a program are laid out."""

from __future__ import annotations

from . import syntax as s
from .feed import quote
from .layout import LINE, Doc, Part, cat, group, join, nest
from .lexemes import is_name
from .phrases import Phrases
from .precedence import BODY, FACTOR, OPTIONS


class Printer(Phrases):
    """Documents of the nodes of one tree, visited in source order."""

    # -------------------------------------------------------------- statements

    def statement(self, node: s.Statement) -> Part:
        match node:
            case s.Assign():
                targets = join([" "], self.commas(node.targets, self.take))
                return cat(targets, " ", self.word("="), self.expr(node.value, BODY))
            case s.Append():
                return self.assigned(node.target, node.value, BODY, "+=")
            case s.Loop():
                head = cat(self.header(node.index, node.name), self.expr(node.source, OPTIONS), " ")
                return cat(head, self.braces(node.body, self.statement))
            case s.When():
                return self.when(node)
            case s.Require():
                return self.require(node)
            case s.Out():
                return cat(self.word("out"), self.listed(node.values, self.expr))

    def when(self, node: s.When) -> Part:
        parts = [self.word("when"), self.expr(node.cond), " "]
        parts.append(self.braces(node.body, self.statement))
        if node.orelse:
            parts += [" ", self.word("else")]
            only = node.orelse[0]
            chain = len(node.orelse) == 1 and isinstance(only, s.When)
            if chain and self.feed.follows("when") is not False:
                parts.append(self.statement(only))
            else:
                parts.append(self.braces(node.orelse, self.statement))
        return cat(*parts)

    def require(self, node: s.Require) -> Part:
        return cat(self.word("require"), self.listed(node.conditions, self.expr))

    # -------------------------------------------------------------- top level

    def program(self, node: s.Program) -> Doc:
        items = self.rows(node.items, self.item)
        return cat(items, self.ending(bool(node.items)))

    def item(self, node: s.Item) -> Part:
        match node:
            case s.SpaceDecl():
                name = cat(self.word("space"), self.take(node.name))
                return cat(name, " ", self.take(quote(node.doc))) if node.doc is not None else name
            case s.Import():
                return cat(self.word("import"), self.take(quote(node.path)))
            case s.Param():
                return cat(self.word("param"), self.listed(node.bindings, self.binding))
            case s.Let():
                return cat(self.word("let"), self.assigned(node.name, node.value, BODY))
            case s.Motif():
                return self.motif(node)
            case s.Network():
                return cat(self.word("network"), self.word("="), self.expr(node.value, BODY))
            case s.Require():
                return self.require(node)
            case s.Encoding():
                return self.encoding(node)
            case s.Encode():
                return cat(self.word("encode"), self.assigned(node.name, node.value, BODY))
            case s.Search():
                widest = max((len(x.name) for x in node.settings), default=0)
                block = cat(self.word("search"))
                return cat(block, self.braces(node.settings, lambda x: self.setting(x, widest)))

    def encoding(self, node: s.Encoding) -> Part:
        parts: list[Part] = [self.word("encoding"), self.word(node.name)]
        if node.layout is not None:
            parts.append(self.word(node.layout))
        if node.doc is not None:
            parts += [self.take(quote(node.doc)), " "]
        widest = max((len(r.name) for r in node.rows if isinstance(r, s.FormRule)), default=0)
        return cat(*parts, self.braces(node.rows, lambda r: self.encoding_row(r, widest)))

    def encoding_row(self, node: s.FormRule | s.FormCheck, widest: int) -> Part:
        if isinstance(node, s.FormCheck):
            head = cat(self.word("require"), self.expr(node.condition))
            clauses = [cat(LINE, self.clause(c)) for c in node.clauses]
            return group(head, nest(*clauses, LINE, self.leaf(node.message)))
        name = cat(self.take(node.name), " " * (widest + 1 - len(node.name)), self.word("="))
        first, *rest = node.forms
        start = self.form(first)
        more = [cat(LINE, self.word("|"), self.form(f)) for f in rest]
        return group(name, start, nest(*more))

    def form(self, node: s.Form) -> Part:
        parts: list[Part] = []
        if node.label is not None:
            parts += [self.take(node.label), self.word(":")]
        match node.body:
            case s.Text():
                parts.append(self.leaf(node.body))
            case s.FormName():
                parts.append(self.take(node.body.id))
            case s.FieldSet():
                parts.append(self.braces(node.body.fields, self.form_field))
        if node.value is not None:
            parts += [" ", self.word("as"), self.expr(node.value, FACTOR)]
        return cat(*parts)

    def form_field(self, node: s.FormField) -> Part:
        name = is_name(node.key)
        parts = [self.take(node.key if name else quote(node.key)), self.word(":")]
        parts.append(self.leaf(node.template))
        if node.default is not None:
            parts += [" ", self.word("="), self.expr(node.default, FACTOR)]
        return cat(*parts)

    def motif(self, node: s.Motif) -> Part:
        parts: list[Part] = [self.word("motif"), self.take(node.name)]
        if node.formals or self.feed.follows("("):
            parts.append(self.bracketed("(", node.formals, self.formal, ")"))
        return cat(*parts, " ", self.word("="), self.expr(node.body, BODY))

    def formal(self, node: s.Formal) -> Part:
        if node.default is None:
            return self.take(node.name)
        return self.assigned(node.name, node.default)

    def setting(self, node: s.Setting, widest: int) -> Part:
        name = cat(self.take(node.name), " " * (widest + 1 - len(node.name)), self.word("="))
        return cat(name, self.listed(node.values, self.expr))
