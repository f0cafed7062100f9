"""Choices that stay open: decisions are recorded, and what depends on them is evaluated case by case.

The half of the elaborator that knows decisions, conditions and mistakes, but no tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import syntax
from .alike import Forms, Measured
from .bounds import CostRange, one_of
from .columns import settled
from .diagnostics import Diagnostic, NasError, fail
from .domains import Domain
from .effort import PURSE
from .evaluate.lists import STRUCTURAL
from .evaluate.machine import Machine, Mistake
from .grids import Condition
from .joins import join
from .ops.base import Op
from .program import Decide, Demand, Item, Program, Shared, Switch
from .shapes import ShapeRule, Unreachable
from .spans import Span
from .symbolic import Sym, Var, apply, evaluate, in_order, index_of, select, weigh
from .trials import Known, Trial, assignments, connected
from .values import (
    POISON,
    UNKNOWN,
    Env,
    GraphModule,
    Scope,
    Tensor,
)

MAX_CASES = 1024  # values of one key under which something is evaluated
MAX_DIAGNOSTICS = 50


_DEPENDS_ON_SHAPE = "NAS221", "a choice must not depend on the shape of a tensor or on its readers"
_PASS_IT = "pass the number as a parameter of the motif instead"


class TooMany(Exception):
    """Enough mistakes have been collected."""


class OpenMachine(Machine):
    """Keeps choices open; what becomes of tensors and modules is the elaborator's part."""

    def __init__(
        self,
        globals: Env,
        ops: Mapping[str, Op],
        recursive: frozenset[str],
        settled: frozenset[str],
        checked: dict[Any, Any],
        known: Sequence[Sym] = (),
    ) -> None:
        """`recursive` and `settled` are motifs: those that call themselves, and that decide nothing.

        known: requirements that an earlier elaboration found.
        """
        super().__init__(globals, ops, checked)
        self.recursive = recursive
        self.settled = settled - recursive
        self.settled_calls: dict[Any, Any] = {}
        self.graphs: dict[Any, GraphModule] = {}  # graphs that decide nothing
        self.root: list[Item] = []
        self.items = self.root
        self.recording = True
        self.guards: list[Condition] = []
        self.base = 0  # how many of them there were where the present measurement began
        self.vars: dict[tuple[str, Domain], Var] = {}
        self.spans: dict[Var, Span | None] = {}
        self.excluded: set[tuple[Var, int]] = set()  # options that a plain condition rules out
        self.later: list[syntax.Expr] = []  # requirements that only a genotype can be held to
        self.held = Known(known)  # the requirements found so far
        self.known = Known(known)  # those that an earlier elaboration found
        self.diagnostics: list[Diagnostic] = []
        self.mistakes = 0  # so far, in cases that cannot occur too
        self.home: object = object()
        self.places = (
            1  # inputs of the graph at hand, for depths; those of the network count as one
        )
        self.inputs = 0
        self.cost = CostRange()
        self.shared: dict[Any, tuple[Any, str, Program]] = {}
        self.markers = 0
        self.active: set[Any] = set()
        self.plain: set[Any] = set()  # recursive calls whose result is not a module: not shared
        self.widen: set[int] = set()
        self.forms = Forms(self.widen)
        self.rule = ShapeRule()
        self.alike: dict[int, Measured] = {}
        self.memo: dict[Any, tuple[set[Var], dict[Any, tuple[tuple[Any, ...], CostRange]]]] = {}
        self.touched: set[Var] = set()  # decisions on which what is being measured depends
        self.keep: list[Any] = []  # modules whose id is a key of `memo` or `widen`
        self.pick_frames: list[list[CostRange] | None] = []

    # -------------------------------------------------------------- mistakes

    def report(self, error: NasError) -> Any:
        self.mistakes += 1
        if self.reachable(self.guards):
            for diagnostic in error.diagnostics:
                if not any(_same_mistake(diagnostic, d) for d in self.diagnostics):
                    self.diagnostics.append(diagnostic)
            if len(self.diagnostics) >= MAX_DIAGNOSTICS:
                raise TooMany
        elif self.base and self.reachable(self.guards[self.base :]):  # due to the cases outside
            self.touched |= _decisions(self.guards)
        return POISON

    def reachable(self, guards: Sequence[Condition]) -> bool:
        """Whether a case can occur, as far as that can be tried out."""
        PURSE.spend(20 * len(guards))
        if not guards:
            return True
        tried = self.possible(_decisions(guards), guards)
        return tried is None or bool(tried)

    def bearing(self, variables: frozenset[Var]) -> tuple[Condition, ...]:
        """What holds in the present case and bears on decisions, directly or by way of others."""
        return connected(variables, self.known.among(variables, self.guards))

    def how(self, key: Any) -> tuple[tuple[str, None], ...]:
        """Notes that say which decisions give an open key its present value."""
        if not isinstance(key, Sym):
            return ()
        env = next(iter(self.possible(key.vars) or ()), None)
        shown = env and witness({v: i for v, i in env.items() if v in key.vars})
        return ((f"this happens with {shown}", None),) if shown else ()

    def possible(
        self, variables: frozenset[Var], guards: Sequence[Condition] | None = None
    ) -> Trial | None:
        """The assignments (of more variables, if need be) that can occur; None: too many to try."""
        conditions = self.held.among(variables, self.guards if guards is None else guards)
        wide = variables.union(*(d.vars for d in self.held.touching(variables)))
        tried = assignments(in_order(wide), conditions)
        if tried is None and wide != variables:
            return assignments(in_order(variables), conditions)
        return tried

    # -------------------------------------------------------------- choices stay open

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        path = scope.decision()
        var = self.vars.get((path, domain))
        if var is None:
            if not self.recording:
                raise fail(*_DEPENDS_ON_SHAPE, span, help=_PASS_IT)
            var = self.vars[path, domain] = Var(path, domain)
            self.spans[var] = span
        if self.recording:
            self.items.append(Decide(var))
        return index_of(var)

    def cases(self, key: Any, run: Callable[[Any], Any], span: Span | None) -> Any:
        if key is POISON:
            return POISON
        if key is UNKNOWN:
            return self._cases_unknown(run, span)
        if not isinstance(key, Sym):
            return run(key)
        for known, value in self.guards:
            if known is key:
                self.touched |= key.vars
                return run(value)
        if key.values is None or len(key.values) > MAX_CASES:
            raise fail("NAS404", "what follows depends on too many combinations of decisions", span,
                       help=f"at most {MAX_CASES} different values may decide the structure here")  # fmt: skip
        return self._cases(key, run, span)

    def among(self, index: Any, found: list[tuple[Any, Any]], span: Span | None) -> Any:
        ruled_out = {key for key, value in self.guards if value is False}
        allowed = {g for g, _ in found}
        options = {i: v for i, (g, v) in enumerate(found) if g and g not in ruled_out}
        if index.values is None or len(index.values) > MAX_CASES or not options:
            return self.cases(index, lambda i: options.get(i, POISON), span)
        self.touched |= index.vars.union(*(g.vars for g in ruled_out if g in allowed))
        return select(index, options)

    def eval(self, node: syntax.Expr, env: Env, scope: Scope) -> Any:
        PURSE.spend(10)
        return super().eval(node, env, scope)

    def unsure(self) -> Any:
        return self.rule.bit()

    def _cases(self, key: Sym, run: Callable[[Any], Any], span: Span | None) -> Any:
        PURSE.spend(30 + 10 * len(key.values or ()))
        outer, before = self.items, self.cost
        self.touched |= key.vars
        results: dict[Any, Any] = {}
        programs: list[tuple[Any, Program]] = []
        costs: list[CostRange] = []
        self.pick_frames.append(None)
        for value in key.values or ():
            self.items, self.cost = [], CostRange()
            self.guards.append((key, value))
            try:
                results[value] = run(value)
                costs.append(self.cost)
            except NasError as error:
                results[value] = self.report(error)
            except Unreachable:
                results[value] = POISON
            finally:
                self.guards.pop()
                if self.items:
                    programs.append((value, tuple(self.items)))
                self.items, self.cost = outer, before
        self.pick_frames.pop()
        if programs and any(v.free for v in key.vars):
            raise fail(*_DEPENDS_ON_SHAPE, span, help=_PASS_IT)
        spread = CostRange.either(costs)
        if self.pick_frames and self.pick_frames[-1] is not None:
            self.pick_frames[-1].append(max(costs, key=_weight, default=CostRange()))
        else:
            self.cost = before.plus(spread)
        if self.recording and programs:
            self.items.append(Switch(key, tuple(programs)))
        return self.joined(key, results, span)

    def joined(self, key: Sym, results: Mapping[Any, Any], span: Span | None) -> Any:
        """One value for all cases of an open key."""
        return join(self.rule, self.home, key, results, span)

    def _cases_unknown(self, run: Callable[[Any], Any], span: Span | None) -> Any:
        """A condition that is not tracked (a shape, a reader): both ways, no decisions inside."""
        outer, before = self.items, self.cost
        self.items = []
        results, costs = [], []
        self.pick_frames.append(None)
        for value in (True, False):
            self.cost = CostRange()
            try:
                results.append(run(value))
                costs.append(self.cost)
            except (NasError, Unreachable):
                results.append(POISON)
        self.pick_frames.pop()
        inside, self.items = self.items, outer
        self.cost = before.plus(CostRange.either(costs))
        if any(isinstance(i, Decide | Switch | Shared) for i in inside):
            raise fail(*_DEPENDS_ON_SHAPE, span, help=_PASS_IT)
        known = [r for r in results if r is not POISON]
        if known and all(isinstance(r, Tensor) for r in known):
            shape = self.rule.free_join([t.shape for t in known])
            return Tensor(self.home, 0, shape, one_of([t.depth for t in known]))
        if known and all(r is known[0] for r in known):
            return known[0]
        modules = [r for r in known if not isinstance(r, int | float | bool | str | tuple)]
        return modules[0] if modules else UNKNOWN

    def lift(self, function: Callable[..., Any], *args: Any, span: Span | None) -> Any:
        for arg in args:
            if arg is POISON:
                return POISON
            if arg is UNKNOWN:
                return UNKNOWN
        if function not in STRUCTURAL and any(isinstance(a, tuple) for a in args):
            args = tuple(packed(a) for a in args)
            if UNKNOWN in args:
                return UNKNOWN
        failures: list[Exception] = []
        try:
            result = apply(function, *args, failures=failures)
        except Mistake as mistake:
            raise fail(mistake.code, mistake.message, span, help=mistake.help) from None
        if failures:
            self._explain(function, args, span)
        return result

    def _explain(
        self, function: Callable[..., Any], args: tuple[Any, ...], span: Span | None
    ) -> None:
        """Raise for the first reachable combination of decisions on which the function fails."""
        variables = frozenset().union(*(a.vars for a in args if isinstance(a, Sym)))
        if not _fails(function, settled(args, self.bearing(variables))[0]):
            return
        effort = weigh(args)
        for env in self.possible(variables) or ():
            PURSE.spend(effort)
            try:
                function(*[evaluate(a, env) for a in args])
            except Mistake as mistake:
                if any(v.free for v in env):
                    continue
                note = f"this happens with {witness({v: env[v] for v in env if v in variables})}"
                raise fail(
                    mistake.code, mistake.message, span, help=mistake.help, notes=((note, None),)
                ) from None
            except (ArithmeticError, LookupError):
                continue

    def exclude(self, index: Any, option: int) -> None:
        """Note that an option of a decision is ruled out whatever else is decided."""
        if isinstance(index, Sym):
            self.excluded.update((var, option) for var in index.vars)

    def note_role(self, value: Any, role: str) -> None:
        """Note what the one decision behind an open value is for."""
        if isinstance(value, Sym) and len(value.vars) == 1:
            (var,) = value.vars
            var.role = role

    def demand(self, condition: Any, span: Span | None) -> None:
        if condition is False:
            raise fail("NAS510", "this requirement can never hold", span)
        if not isinstance(condition, Sym):
            return
        if condition.values is not None and not any(condition.values):
            raise fail("NAS510", "this requirement can never hold, whatever is chosen", span)
        if on_real_numbers(condition):
            raise fail("NAS411", "a requirement in here cannot be about a real number", span,
                       notes=(("neither can what an option is there for", None),),
                       help="name the number by `let` at the top and put the `require` there, "
                       "or choose from a list of values, as in `any [0.1, 0.2]`")  # fmt: skip
        always = implied(self.guards, condition)
        if any(v.free for k in (condition, always) if isinstance(k, Sym) for v in k.vars):
            return  # nobody can tell before it is built
        if isinstance(always, Sym):
            self.held.add(always)
        if self.recording:
            self.items.append(Demand(condition))
        else:
            self.root.append(Demand(always))


def on_real_numbers(condition: Any) -> bool:
    """Whether a condition depends on a choice from a range of real numbers."""
    return isinstance(condition, Sym) and any(v.size is None for v in condition.vars)


def _fails(function: Callable[..., Any], args: Sequence[Any]) -> bool:
    """Whether a function fails on some values of these arguments."""
    failures: list[Exception] = []
    try:
        apply(function, *args, failures=failures)
    except (ArithmeticError, LookupError):
        return True
    return bool(failures)


def _decisions(conditions: Iterable[Condition]) -> frozenset[Var]:
    return frozenset().union(*(key.vars for key, _ in conditions))


def _same_mistake(a: Diagnostic, b: Diagnostic) -> bool:
    return a.code == b.code and a.message == b.message and a.span == b.span


def _weight(cost: CostRange) -> float:
    return cost.params[1] + cost.macs[1]


def packed(value: Any) -> Any:
    """A list with open elements as one open list."""
    if not isinstance(value, tuple):
        return value
    parts = tuple(packed(v) for v in value)
    if UNKNOWN in parts:
        return UNKNOWN
    return apply(_pack, *parts) if any(isinstance(p, Sym) for p in parts) else value


def _pack(*values: Any) -> tuple[Any, ...]:
    return values


def implied(guards: Sequence[tuple[Sym, Any]], condition: Sym) -> Any:
    """The condition, required only in the present case."""
    result: Any = condition
    for key, value in reversed(guards):
        values = key.values or (value,)
        result = select(key, {v: result if v is value or v == value else True for v in values})
    return result


def witness(env: Mapping[Var, int]) -> str:
    """An assignment in words."""
    parts = [f"{v.path} = {v.domain.show(i)}" for v, i in env.items() if not v.free]
    return ", ".join(parts[:6]) + (", …" if len(parts) > 6 else "")
