"""What a program means, found the slow way: run it once for every sequence of choices.

The driver takes the first option of whatever decision comes up and then backtracks, so it visits every
leaf of the tree of choices. It shares the meaning of expressions with the builder, and nothing with the
elaborator: no open values, no decision program, no graph of choices.
"""

from __future__ import annotations

from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import NasError
from nasdsl.domains import Domain
from nasdsl.evaluate.basic import bound, truth
from nasdsl.evaluate.machine import Lazy, Machine
from nasdsl.genotype import Decision
from nasdsl.scope import globals_of, mentions_cost
from nasdsl.space import Space
from nasdsl.spans import Span
from nasdsl.specialize import Builder, Home, run_graph
from nasdsl.values import Env, GraphModule, Scope, Tensor

Point = frozenset[tuple[str, int]]
FAILED = "NAS451"
EMPTY = ("NAS220", "NAS224")  # nothing left to choose from in this case


class TooMany(Exception):
    """More runs than the test wants to wait for."""


class Driver(Builder):
    """Builds with a script of options; past its end it takes the first option of everything."""

    def __init__(
        self, space: Space, script: list[int], given: list[Decision] | None = None
    ) -> None:
        """With `given`, every decision must be among those, and takes that option."""
        super().__init__(globals_of(space.outline, space.fixed), space.ops, {}, {}, {})
        self.script = script
        self.given = given
        if given is not None:
            self.choices = {d.path: d.index for d in given}
            self.picks = {d.path: d.domain for d in given if d.domain.kind == "pick"}
        self.taken: list[tuple[str, Domain, int]] = []
        self.by_path: dict[str, int] = {}
        self.again = False  # running a graph body that has been run when it was made

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        path = scope.decision()
        if self.again:
            return self.by_path[path]  # KeyError: applying a module decides something new
        assert path not in self.by_path, f"two decisions are called {path}"
        at = len(self.taken)
        if self.given is not None:
            index = super().decide(Scope(path), domain, span)
            self.by_path[path] = index
            return index
        index = self.script[at] if at < len(self.script) else 0
        self.taken.append((path, domain, index))
        self.by_path[path] = index
        return index

    def graph(self, node: syntax.Graph, env: Env, scope: Scope) -> GraphModule:
        """Made and run at once, on tensors of its own: what is made decides, applied or not."""
        module = super().graph(node, env, scope)
        inputs, self.home = self.home, Home([(4,)] * len(node.inputs))
        try:
            run_graph(self, module, self.home.tensors(), node.span)
        finally:
            self.home = inputs
        return module

    def subgraph(self, name: str, inner: Any, memo: Any, shapes: Any, span: Any) -> Any:
        before, self.again = self.again, True
        try:
            return super().subgraph(name, inner, memo, shapes, span)
        finally:
            self.again = before

    def at_root(self, make: Any) -> Any:
        before, self.again = self.again, False
        home, self.home = self.home, self.root
        try:
            return make()
        finally:
            self.again, self.home = before, home


def forced(machine: Machine) -> set[str]:
    return {n for n, v in machine.globals.names.items() if isinstance(v, Lazy) and v.done}


def run(
    space: Space, script: list[int], first: list[str], given: list[Decision] | None = None
) -> tuple[Driver, bool]:
    """One run, and whether its requirements hold."""
    driver = Driver(space, script, given)
    try:
        for name in first:
            driver.lookup(name, driver.globals, None)
        for condition in space.outline.requires:
            if not mentions_cost(condition, space.outline):
                value = driver.eval(condition, driver.globals, Scope("require"))
                driver.demand(truth(driver, value, condition.span), condition.span)
        value = bound(driver, space.outline.network.value, driver.globals, Scope(""))
        assert isinstance(value, Tensor | tuple)
    except NasError as error:
        if error.diagnostics[0].code in (FAILED, *EMPTY):
            return driver, False
        raise
    return driver, True


def meaning(space: Space, limit: int = 3000) -> tuple[set[Point], list[str]]:
    """Every combination of decisions that the program has, and the names it uses. Raises TooMany."""
    names: set[str] = set()
    while True:
        found, seen = _runs(space, sorted(names), limit)
        if seen <= names:
            return found, sorted(names)
        names |= seen


def _runs(space: Space, first: list[str], limit: int) -> tuple[set[Point], set[str]]:
    found: set[Point] = set()
    seen: set[str] = set()
    script: list[int] = []
    for _ in range(limit):
        driver, held = run(space, script, first)
        seen |= forced(driver)
        if held:
            point = frozenset(driver.by_path.items())
            assert point not in found
            found.add(point)
        script = [index for *_, index in driver.taken]
        while script and script[-1] + 1 >= (driver.taken[len(script) - 1][1].size or 1):
            script.pop()
        if not script:
            return found, seen
        script[-1] += 1
    raise TooMany
