"""The text of one class: `__init__` creates what the nodes own, `forward` calls them in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import PurePath

from nasdsl.architecture import Node
from nasdsl.ops.base import Value

from .classes import WHEN, Argument, Class, Literal, guard_of, holes, state_hole
from .layout import Page
from .names import BUILTINS, KEYWORDS, MODULE_ATTRIBUTES, Names, snake
from .rewrite import live_nodes

_SHORTEST_RUN = 3
_VARIABLES = "yzuvw"


def literal(value: Value) -> str:
    """The Python text of a value."""
    if isinstance(value, float) and not isfinite(value):
        return f'float("{value}")'
    if isinstance(value, str):
        return '"' + repr(value)[1:-1].replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def write_class(one: Class, reserved: Iterable[str] = ()) -> Page:
    """The class definition; `reserved` names are not used for variables."""
    return _ClassWriter(one, reserved).write()


class _ClassWriter:
    def __init__(self, one: Class, reserved: Iterable[str]) -> None:
        self.one = one
        self.graph = one.graph
        self.page = Page()
        self._texts: dict[tuple[int, bool], str] = {}
        self.live = live_nodes(self.graph)
        self.runs = _runs(one, self.live)
        self.stored = self._stored_parameters()
        names = Names(MODULE_ATTRIBUTES | KEYWORDS | set(self.stored))
        owners = [
            i for i in range(len(self.graph.nodes)) if self._owns(i) and i not in self._later()
        ]
        bases = [_base_name(self.graph.nodes[i], plural=i in self.runs) for i in owners]
        self.attribute = dict(zip(owners, names.series(bases), strict=True))
        self.variables = Names(BUILTINS | set(reserved) | ({"gates"} if one.gated else set()))

    def _later(self) -> set[int]:
        """The nodes of runs but their first."""
        return {i for run in self.runs.values() for i in run[1:]}

    def _owns(self, i: int) -> bool:
        code = self.one.codes[i]
        return code is None or code.module is not None

    def _stored_parameters(self) -> list[str]:
        """The constructor parameters that `forward` needs."""
        found: dict[str, None] = {}
        for i, arguments in enumerate(self.one.arguments):
            code = self.one.codes[i]
            used = (
                holes(self._needed(i, module=False))
                if code
                else [h for h in arguments if h.startswith("state ")]
            )
            if WHEN in arguments:
                used = (*used, WHEN)
            for hole in used if self.live[i] else []:
                argument = arguments[hole]
                if not isinstance(argument, Literal):
                    found[argument.name] = None
        return list(found)

    def write(self) -> Page:
        spans = [node.span for node in self.graph.nodes if node.span]
        span = spans[0] if spans else self.graph.span
        where = f"  # {PurePath(span.source.name).name}:{span.line}" if span else ""
        self.page.add(f"class {self.one.name}(nn.Module):{where}")
        self._write_init()
        self._write_forward()
        return self.page

    # ------------------------------------------------------------------ __init__

    def _write_init(self) -> None:
        if not self.attribute and not self.one.parameters:
            return
        given = [f"{name}: {kind}" for name, kind in self.one.parameters.items()]
        self.page.add(f"def __init__({', '.join(['self', *given])}) -> None:", 1)
        self.page.add("super().__init__()", 2)
        for name in self.stored:
            self.page.add(f"self.{name} = {name}", 2)
        for i, attribute in self.attribute.items():
            node = self.graph.nodes[i]
            if not self.live[i]:
                self.page.add("# owns weights, but no output depends on it", 2)
            made = self._constructor(i)
            if i in self.runs:
                made = f"nn.Sequential(*[{made} for _ in range({len(self.runs[i])})])"
            self.page.add(f"self.{attribute} = {made}", 2, node.span)
        self.page.add()

    def _constructor(self, i: int) -> str:
        callee = self.one.callees[i]
        texts = {h: _text(a, "") for h, a in self.one.arguments[i].items()}
        if callee is None:
            return self._needed(i, module=True).format_map(texts)
        given = [texts[p] for p in callee.parameters]
        if len(given) > 2:
            given = [f"{p}={text}" for p, text in zip(callee.parameters, given, strict=True)]
        return f"{callee.name}({', '.join(given)})"

    # ------------------------------------------------------------------ forward

    def _write_forward(self) -> None:
        graph = self.graph
        wanted = graph.input_names or ("x",) * len(graph.inputs)
        names = self.variables.series([snake(name) for name in wanted])
        result = "Tensor" if len(graph.outputs) == 1 else _tuple_of_tensors(len(graph.outputs))
        given = [f"{n}: Tensor" for n in names] + ["gates: Gates"] * self.one.gated
        signature = ", ".join(["self", *given])
        self.page.add(f"def forward({signature}) -> {result}:", 1)
        last_use = self._last_uses()
        later = self._later()
        final = max((i for i, alive in enumerate(self.live) if alive), default=-1)
        for i, node in enumerate(graph.nodes):
            first = len(names)
            if not self.live[i]:
                names += [""] * len(node.shapes)
                continue
            if i in later:
                names.append(names[node.inputs[0]])
                continue
            inputs = [names[v] for v in node.inputs]
            dying = [names[v] for v in node.inputs if last_use[v] == i]
            end = self.runs[i][-1] if i in self.runs else i
            outputs = tuple(range(first, first + len(node.shapes)))
            returned = tuple(v + end - i for v in outputs) == graph.outputs
            if end == final and returned and node.states is None:
                self.page.add(f"return {self._expression(i, inputs)}", 2, node.span)
                return
            names += self._targets(node, dying)
            if node.states is None:
                text = f"{', '.join(names[first:])} = {self._expression(i, inputs)}"
                self.page.add(text, 2, node.span)
            elif WHEN in self.one.arguments[i]:
                self.page.add(f"{names[first]} = None", 2)
                self.page.add(f"if gates.on({self._gate(i)}):", 2)
                self._write_scan(i, inputs, names[first], 3)
            else:
                self._write_scan(i, inputs, names[first])
        self.page.add(f"return {', '.join(names[v] for v in graph.outputs)}", 2)

    def _last_uses(self) -> dict[int, int]:
        """The last live node that reads a value (one past all nodes for outputs)."""
        last: dict[int, int] = {}
        for i, node in enumerate(self.graph.nodes):
            if self.live[i]:
                last.update(dict.fromkeys(node.inputs, i))
        last.update(dict.fromkeys(self.graph.outputs, len(self.graph.nodes)))
        return last

    def _targets(self, node: Node, dying: Sequence[str]) -> list[str]:
        """Variables for the outputs: the name that the source gives, or that of an input which is
        read for the last time, or a new one."""
        called = node.op or node.body
        chosen = called is not None and node.states is None and node.name != called.name
        names = [] if chosen else list(dict.fromkeys(dying))[: len(node.shapes)]
        while len(names) < len(node.shapes):
            if node.op and not chosen:
                names.append(self.variables.first_free(_VARIABLES))
            else:
                names.append(self.variables.unique(snake(node.name)))
        return names

    def _gate(self, i: int) -> str:
        return _text(self.one.arguments[i][WHEN], "self.")

    def _expression(self, i: int, inputs: Sequence[str]) -> str:
        """The call of a node; a gated one is nothing where its gate is closed."""
        text = self._call(i, inputs)
        if WHEN not in self.one.arguments[i]:
            return text
        count = len(self.graph.nodes[i].shapes)
        nothing = "None" if count == 1 else f"({', '.join(['None'] * count)})"
        return f"{text} if gates.on({self._gate(i)}) else {nothing}"

    def _call(self, i: int, inputs: Sequence[str]) -> str:
        code, joined = self.one.codes[i], ", ".join(inputs)
        if code is None:
            callee = self.one.callees[i]
            if callee is not None and callee.gated:
                joined += ", gates"
            return f"self.{self.attribute[i]}({joined})"
        texts = {h: _text(a, "self.") for h, a in self.one.arguments[i].items()}
        owner = f"self.{self.attribute[i]}" if i in self.attribute else ""
        texts.update(inputs=joined, self=owner)
        return self._needed(i, module=False).format(*inputs, **texts)

    def _needed(self, i: int, module: bool) -> str:
        """The text of an operator without the options that have their default values."""
        key = (i, module)
        if key not in self._texts:
            code = self.one.codes[i]
            assert code is not None
            text = (code.module or "") if module else code.forward
            self._texts[key] = _without_defaults(text, code.defaults, self.one.arguments[i])
        return self._texts[key]

    def _write_scan(self, i: int, inputs: Sequence[str], target: str, level: int = 2) -> None:
        node, arguments = self.graph.nodes[i], self.one.arguments[i]
        assert node.body is not None and node.states is not None
        given = list(node.body.input_names[len(inputs) :]) or ["h"] * len(node.states)
        states = self.variables.series([snake(name, "h") for name in given])
        source, span = inputs[0], node.span
        for k, (state, shape) in enumerate(zip(states, node.states, strict=True)):
            sizes = [_text(arguments[state_hole(k, axis)], "self.") for axis in range(len(shape))]
            self.page.add(
                f"{state} = {source}.new_zeros({source}.size(0), {', '.join(sizes)})", level
            )
        steps = self.variables.series(["step"] * len(inputs))
        collected = self.variables.unique("steps")
        self.page.add(f"{collected}: list[Tensor] = []", level)
        over = [f"{name}.unbind(1)" for name in inputs]
        every = over[0] if len(over) == 1 else f"zip({', '.join(over)}, strict=True)"
        self.page.add(f"for {', '.join(steps)} in {every}:", level)
        callee = self.one.callees[i]
        gates = ["gates"] if callee is not None and callee.gated else []
        call = f"self.{self.attribute[i]}({', '.join([*steps, *states, *gates])})"
        self.page.add(f"{', '.join(states)} = {call}", level + 1, span)
        self.page.add(f"{collected}.append({states[0]})", level + 1)
        self.page.add(f"{target} = torch.stack({collected}, dim=1)", level, span)


def _text(argument: Argument, prefix: str) -> str:
    return literal(argument.value) if isinstance(argument, Literal) else prefix + argument.name


def _without_defaults(
    text: str, defaults: Mapping[str, Value], arguments: Mapping[str, Argument]
) -> str:
    """The text without `hole={hole}` where the argument is PyTorch's default."""
    for hole, default in defaults.items():
        given = arguments.get(hole)
        if isinstance(given, Literal) and repr(given.value) == repr(default):
            text = text.replace(f", {hole}={{{hole}}}", "")
            text = text.replace(f"({hole}={{{hole}}}", "(").replace("(, ", "(")
    return text


def _tuple_of_tensors(count: int) -> str:
    return f"tuple[{', '.join(['Tensor'] * count)}]"


def _base_name(node: Node, plural: bool) -> str:
    name = node.body.name if node.body and node.states is not None else node.name
    base = snake(name, "layer")
    return base + "s" if plural and base[-1:].isalpha() and not base.endswith("s") else base


def _runs(one: Class, live: Sequence[bool]) -> dict[int, list[int]]:
    """Chains of at least three calls of one class with equal arguments, by their first node."""
    graph = one.graph
    uses: dict[int, int] = {}
    for node in graph.nodes:
        for v in node.inputs:
            uses[v] = uses.get(v, 0) + 1
    for v in graph.outputs:
        uses[v] = uses.get(v, 0) + 1
    found: dict[int, list[int]] = {}
    run: list[int] = []
    previous, value = -1, len(graph.inputs)
    for i, node in enumerate(graph.nodes):
        callee = one.callees[i]
        single = callee is not None and node.states is None and live[i]
        single = single and callee is not None and not callee.gated and not guard_of(node)
        single = single and len(node.inputs) == len(node.shapes) == 1
        follows = (
            bool(run)
            and single
            and node.inputs == (previous,)
            and uses[previous] == 1
            and one.callees[i] is one.callees[run[0]]
            and one.arguments[i] == one.arguments[run[0]]
        )
        run = [*run, i] if follows else ([i] if single else [])
        if len(run) >= _SHORTEST_RUN:
            found[run[0]] = run
        previous, value = value + len(node.shapes) - 1, value + len(node.shapes)
    return found


def attribute_names(one: Class) -> dict[int, str]:
    """The submodule of each node that owns one, by the node's place in the class's graph."""
    writer = _ClassWriter(one, ())
    names = dict(writer.attribute)
    for first, run in writer.runs.items():
        names.update({node: f"{writer.attribute[first]}.{k}" for k, node in enumerate(run)})
    return names
