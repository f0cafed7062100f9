"""Random small well-formed spaces, as text: what they mean is for the tests to compare.

Every tensor is a vector of four features, so that shapes always fit; what is random is the structure of
choices. Names carry their type: n… numbers, l… lists of numbers, m… modules, f… motifs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

_WORDS = ('"a"', '"b"')
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Maker:
    """Draws typed pieces of text. `fuel` bounds how many choices a program has."""

    def __init__(self, draw: Draw, fuel: int) -> None:
        self.draw, self.fuel = draw, fuel
        self.numbers: list[str] = []
        self.lists: list[str] = []
        self.modules: list[str] = []
        self.motifs: list[tuple[str, int]] = []  # of modules: name, number of numeric parameters
        self.functions: list[str] = []  # motifs of numbers, of one parameter
        self.count = 0

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def spend(self) -> bool:
        """Whether another choice may be written."""
        self.fuel -= 1
        return self.fuel >= 0

    # ---------------------------------------------------------------- numbers

    def number(self, depth: int) -> str:
        """A whole number from 0, as a primary expression."""
        if depth <= 0 or self.chance(15):
            return self.pick("1", "2", "3", *self.numbers)
        return self.pick(
            self._any,
            self._any,
            self._sum,
            self._ternary,
            self._total,
            self._element,
            self._call,
            self._range,
            self._case,
        )(depth - 1)

    def _any(self, depth: int) -> str:
        if not self.spend():
            return self.number(0)
        items = [self.number(depth if self.chance(30) else 0) for _ in range(self.pick(1, 2, 2, 3))]
        form = self.pick("list", "list", "labels", "named", "filter")
        if form == "labels":
            guard = f" if {self.condition(0)}" if self.chance(35) and len(items) > 1 else ""
            parts = [f"o{i}{guard if i == 1 else ''}: {x}" for i, x in enumerate(items)]
            return "one of { " + " ".join(parts) + " }"
        if form == "named":
            return f"(any {self.list(depth)})"
        if form == "filter":
            name = self.fresh("i")
            return f"(any [{name} for {name} in 1..3 if {name} != {self.number(depth)} or {name} == 2])"
        return f"(any [{', '.join(items)}])"

    def _range(self, depth: int) -> str:
        if not self.spend():
            return self.number(0)
        return f"(any 1..{self.pick('2', '3', f'(1 + {self.number(depth)}) % 3 + 1')})"

    def _sum(self, depth: int) -> str:
        return f"({self.number(depth)} {self.pick('+', '*', '+')} {self.number(depth)}) % 4"

    def _ternary(self, depth: int) -> str:
        return f"({self.number(depth)} if {self.condition(depth)} else {self.number(depth)})"

    def _case(self, depth: int) -> str:
        return f"({self.case(depth, self.number)})"

    def case(self, depth: int, make: Callable[[int], str]) -> str:
        """A value by a number, or by a string that depends on decisions."""
        if self.spend() and self.chance(40):
            words = f"(any [{', '.join(self.pick(*_WORDS) for _ in range(2))}])"
            word, other = self.pick('"a"[0]', words), self.pick("b:", "else:")
            return f"case {word} {{ a: {make(depth)}, {other} {make(depth)} }}"
        body = f"1: {make(depth)}, {self.pick('2', '-2', '2.0')}: {make(depth)}, else: {make(0)}"
        return f"case {self.number(depth)} {{ {body} }}"

    def _total(self, depth: int) -> str:
        if self.chance(20):  # of what only some elements have
            name = self.fresh("i")
            return f"sum([6 / {name} for {name} in {self.list(depth)} if {name} != 0]) % 4"
        return f"{self.pick('sum', 'len', 'sum')}({self.list(depth)}) % 4"

    def _element(self, depth: int) -> str:
        return f"[{self.number(depth)}, {self.number(depth)}][{self.number(depth)} % 2]"

    def _call(self, depth: int) -> str:
        if not self.functions:
            return self.number(depth)
        return f"{self.pick(*self.functions)}({self.number(depth)})"

    def condition(self, depth: int) -> str:
        left, right = self.number(depth), self.number(0)
        simple = f"{left} {self.pick('==', '!=', '<', '>=')} {right}"
        if depth > 0 and self.chance(25):
            return (
                f"({simple} {self.pick('and', 'or')} {self.number(0)} > {self.number(depth - 1)})"
            )
        if depth > 0 and self.chance(15):
            return f"{left} in {self.list(depth - 1)}"
        return f"({simple})"

    # ---------------------------------------------------------------- lists of numbers (not empty)

    def list(self, depth: int) -> str:
        """A list with at least one number, as a primary expression."""
        if self.lists and self.chance(40):
            return self.pick(*self.lists)
        if depth <= 0:
            return f"[{self.number(0)}, {self.number(0)}]"
        return self.pick(
            self._items,
            self._items,
            self._open_range,
            self._some,
            self._taken,
            self._joined,
            self._mapped,
            self._either,
            self._sliced,
            self._permuted,
        )(depth - 1)

    def _items(self, depth: int) -> str:
        return "[" + ", ".join(self.number(depth) for _ in range(self.pick(1, 2, 3))) + "]"

    def _open_range(self, depth: int) -> str:
        return f"(1..({self.number(depth)}) % 3 + 1)"

    def _some(self, depth: int) -> str:
        if not self.spend():
            return self._items(depth)
        return f"([{self.number(0)}] + (some of {self.list(depth)}))"

    def _taken(self, depth: int) -> str:
        if not self.spend():
            return self._items(depth)
        flags = self.pick("", "", " ordered", " repeated", " ordered repeated")
        items = [self.number(depth if self.chance(30) else 0) for _ in range(self.pick(2, 3))]
        count = self.pick("1", "1", "2", f"({self.number(0)}) % 2 + 1")
        return f"(pick {count} of [{', '.join(items)}]{flags})"

    def _joined(self, depth: int) -> str:
        return f"({self.list(depth)} + {self.list(depth)})"

    def _mapped(self, depth: int) -> str:
        name = self.fresh("i")
        self.numbers.append(name)
        item = self.number(depth)
        self.numbers.pop()
        return f"[{item} for {name} in {self.list(depth)}]"

    def _either(self, depth: int) -> str:
        return f"({self.list(depth)} if {self.condition(depth)} else {self.list(depth)})"

    def _sliced(self, depth: int) -> str:
        return f"({self.list(depth)} + [2])[({self.number(depth)}) % 2..]"

    def _permuted(self, depth: int) -> str:
        if not self.spend():
            return self._items(depth)
        return f"(permutation of {self._items(depth)})"

    # ---------------------------------------------------------------- modules

    def module(self, depth: int) -> str:
        """A module from vectors of four to vectors of four, as a primary expression."""
        leaf = self.pick("relu", "tanh", "linear(4)", "identity", *self.modules)
        if depth <= 0 or self.chance(15):
            return leaf
        return self.pick(
            self._alternatives,
            self._labelled,
            self._chain,
            self._side,
            self._repeat,
            self._times,
            self._graph,
            self._made,
            self._conditional,
            self._dropout,
            self._one_of_list,
            self._open_motif,
            self._by_key,
        )(depth - 1)

    def _alternatives(self, depth: int) -> str:
        if not self.spend():
            return self.module(0)
        return "(" + " | ".join(self.module(depth) for _ in range(self.pick(2, 2, 3))) + ")"

    def _labelled(self, depth: int) -> str:
        if not self.spend():
            return self.module(0)
        guard = f" if {self.condition(depth)}" if self.chance(40) else ""
        return f"one of {{ a: {self.module(depth)} b{guard}: {self.module(depth)} }}"

    def _chain(self, depth: int) -> str:
        return f"({self.module(depth)} -> {self.module(depth)})"

    def _side(self, depth: int) -> str:
        name = self.fresh("i")
        form = self.pick("list", "some", "pick", "loop", "filter")
        one, two = self.module(depth), self.module(depth)
        if form == "list" or not self.spend():
            return f"sum([{one}, {two}])"
        if form == "some":
            return f"sum([identity] + (some of [{one}, {two}]))"
        if form == "pick":
            flags = self.pick("", " repeated", " ordered")
            return f"sum(pick {self.pick('1', '2')} of [{one}, {two}, relu]{flags})"
        self.numbers.append(name)
        item = self.module(depth)
        self.numbers.pop()
        keep = f" if {name} < 2 or {self.condition(0)}" if form == "filter" else ""
        return f"sum([{item} for {name} in 1..2{keep}])"

    def _repeat(self, depth: int) -> str:
        name = self.fresh("i")
        self.numbers.append(name)
        body = self.module(depth)
        self.numbers.pop()
        return f"repeat ({self.number(depth)}) % 3 as {name} {{ {body} }}"

    def _times(self, depth: int) -> str:
        return f"((({self.number(depth)}) % 3) * {self.module(depth)})"

    def _made(self, depth: int) -> str:
        if not self.motifs:
            return self.module(depth)
        name, count = self.pick(*self.motifs)
        return f"{name}({', '.join(self.number(depth) for _ in range(count))})"

    def _conditional(self, depth: int) -> str:
        return f"({self.module(depth)} if {self.condition(depth)} else {self.module(depth)})"

    def _dropout(self, depth: int) -> str:
        return f"(linear(1 + {self.number(depth)}) -> linear(4))"

    def _one_of_list(self, depth: int) -> str:
        if not self.spend():
            return self.module(0)
        return f"(any [{self.module(depth)}, {self.module(depth)}])"

    def _by_key(self, depth: int) -> str:
        return f"({self.case(depth, self.module)})"

    def _open_motif(self, depth: int) -> str:
        plain = [name for name, count in self.motifs if count == 0]
        if len(plain) < 2 or not self.spend():
            return self.module(depth)
        return f"({self.pick(*plain)} | {self.pick(*plain)})"

    # ---------------------------------------------------------------- graphs

    def _graph(self, depth: int) -> str:
        kept = list(self.numbers), list(self.lists)
        body = self.statements(depth, "s", self.pick(1, 2, 3))
        self.numbers, self.lists = kept
        out = self.pick(
            "sum(s)", "s[-1]", "sum(loose(s))", "sum(s[1..]) if len(s) > 1 else x", "s[0]"
        )
        return f"graph (x) {{ s = [x]\n{body}\nout {out} }}"

    def statements(self, depth: int, states: str, count: int) -> str:
        return "\n".join(self.statement(depth, states) for _ in range(count))

    def statement(self, depth: int, states: str) -> str:
        form = self.pick("add", "add", "join", "loop", "when", "let", "require", "open", "choose")
        if depth <= 0 or form == "add":
            return f"{states} += {states}[-1] -> {self.module(depth - 1)}"
        if form == "join":
            name = self.fresh("t")
            keep = self.pick("", f" if {self.number(0)} > 1 or {name} == 0")
            source = f"{name}, y in {states}{keep}" if keep else f"y in {states}"
            if self.spend():
                how = self.pick("some of", "pick 1 of")
                return (
                    f"{states} += sum([x] + ({how} [y -> {self.module(depth - 1)} for {source}]))"
                )
            return f"{states} += sum([y -> {self.module(depth - 1)} for y in {states}])"
        if form == "loop":
            name = self.fresh("i")
            source = self.pick("1..2", self.list(depth - 1))
            self.numbers.append(name)
            inner = self.scoped(depth - 1, states)
            self.numbers.pop()
            return f"for {name} in {source} {{\n{inner}\n}}"
        if form == "when":
            other = f" else {{\n{self.scoped(depth - 1, states)}\n}}" if self.chance(50) else ""
            return f"when {self.condition(depth)} {{\n{self.scoped(depth - 1, states)}\n}}{other}"
        if form == "let":
            name = self.fresh("n")
            value = self.number(depth)
            self.numbers.append(name)
            return f"{name} = {value}"
        if form == "require":
            if self.chance(30):  # of what only makes sense in this case
                number = self.pick("1", *self.numbers)
                return f"when {number} != 0 {{ require 6 / {number} > {self.number(0)} }}"
            return f"require {self.number(0)} < 3 or {self.condition(depth - 1)}"
        if form == "open":
            name = self.fresh("l")
            value = self.list(depth)
            self.lists.append(name)
            return f"{name} = {value}"
        return f"{states} += {states}[({self.number(depth)}) % len({states})] -> {self.module(depth - 1)}"

    def scoped(self, depth: int, states: str) -> str:
        kept = list(self.numbers), list(self.lists)
        text = self.statements(depth, states, self.pick(1, 2))
        self.numbers, self.lists = kept
        return text

    # ---------------------------------------------------------------- programs

    def item(self) -> str:
        depth = 2
        form = self.pick(
            "number", "list", "module", "motif", "motif", "plain", "function", "tree", "taking"
        )
        if form == "number":
            text = f"let {(name := self.fresh('n'))} = {self.number(depth)}"
            self.numbers.append(name)
        elif form == "list":
            text = f"let {(name := self.fresh('l'))} = {self.list(depth)}"
            self.lists.append(name)
        elif form == "module":
            text = f"let {(name := self.fresh('m'))} = {self.module(depth)}"
            self.modules.append(name)
        elif form == "function":
            parameter = self.fresh("k")
            self.numbers.append(parameter)
            body = f"({self.number(depth)} + {self.number(depth)}) % 4"
            self.numbers.remove(parameter)
            text = f"motif {(name := self.fresh('f'))}({parameter}) = {body}"
            self.functions.append(name)
        elif form == "tree":
            name, d = self.fresh("f"), self.fresh("d")
            leaf, node = self.module(1), self.module(0)
            text = (
                f"motif {name}({d}) = {leaf} if {d} % 4 == 0 else one of {{ leaf: {leaf}\n"
                f"  node: sum([{name}({d} % 4 - 1), {node}]) }}"
            )
            self.motifs.append((name, 1))
            self.fuel -= 2
        elif form == "taking":
            name, op = self.fresh("f"), self.fresh("op")
            body = self.module(1)
            text = f"motif {name}({op}) = {op} -> {body} -> {op}"
            taken = self.pick("relu", *(f for f, count in self.motifs if count == 0), *self.modules)
            module = self.fresh("m")
            text += f"\nlet {module} = {name}({taken})"
            self.modules.append(module)
        else:
            parameters = [self.fresh("k")] if form == "motif" else []
            self.numbers += parameters
            body = self.module(depth)
            for parameter in parameters:
                self.numbers.remove(parameter)
            text = f"motif {(name := self.fresh('f'))}{f'({parameters[0]})' if parameters else ''} = {body}"
            self.motifs.append((name, len(parameters)))
        return text

    def program(self) -> str:
        items = [self.item() for _ in range(self.pick(0, 1, 2, 3))]
        network = f"network = vector(4) -> {self.module(3)} -> {self.module(2)}"
        require = [f"require {self.condition(1)} or {self.condition(0)}"] if self.chance(20) else []
        return "\n".join([*items, network, *require]) + "\n"


@st.composite
def spaces(draw: Draw, fuel: int = 7) -> str:
    """The text of a space."""
    return Maker(draw, fuel).program()
