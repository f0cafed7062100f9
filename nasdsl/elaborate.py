"""The elaborator: the machine for which choices stay open.

It evaluates the program once, over all choices: it records the decision program (nasdsl.program), checks
values and shapes of every reachable combination, collects mistakes, and bounds the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from . import syntax
from .diagnostics import Diagnostic, NasError, fail
from .domains import Domain
from .effort import PURSE
from .evaluate.basic import bound
from .evaluate.call import is_module, to_module
from .evaluate.lists import STRUCTURAL, elements, settle
from .evaluate.machine import Machine, Mistake
from .evaluate.statements import Frame, ShapeBound, output_count, run_block
from .joins import join, phi
from .ops.base import Op
from .program import Decide, Demand, Item, Program, Shared, Switch
from .shapes import UNKNOWN_COST, CostRange, ShapeRule, Unreachable, free_join, free_shape
from .spans import Span
from .specialize import check_inputs, freeze
from .symbolic import Sym, Var, apply, assignments, evaluate, index_of
from .values import (
    POISON,
    UNKNOWN,
    Chain,
    Combine,
    Env,
    GraphModule,
    MaybeList,
    MotifFunction,
    Named,
    OpModule,
    Scan,
    Scope,
    Tensor,
    describe,
)

MAX_CASES = 1024  # values of one key under which something is evaluated
MAX_EMPTY = 256  # assignments that are tried for one that makes a list empty
MAX_DIAGNOSTICS = 50


class TooMany(Exception):
    """Enough mistakes have been collected."""


class Elaborator(Machine):
    """Elaborates one program; see `elaborate_program` in nasdsl.space."""

    def __init__(
        self,
        globals: Env,
        ops: Mapping[str, Op],
        recursive: frozenset[str],
        checked: dict[Any, Any],
    ) -> None:
        super().__init__(globals, ops, checked)
        self.recursive = recursive
        self.root: list[Item] = []
        self.items = self.root
        self.recording = True
        self.guards: list[tuple[Sym, Any]] = []
        self.vars: dict[tuple[str, Domain], Var] = {}
        self.spans: dict[Var, Span | None] = {}
        self.excluded: set[tuple[Var, int]] = set()  # options that a plain condition rules out
        self.demands: list[Sym] = []  # the requirements found
        self.known: tuple[Sym, ...] = ()  # those that an earlier elaboration found
        self.diagnostics: list[Diagnostic] = []
        self.home: object = object()
        self.inputs = 0
        self.cost = CostRange()
        self.rule = ShapeRule()
        self.shared: dict[Any, tuple[Any, str, Program]] = {}
        self.markers = 0
        self.active: set[Any] = set()
        self.plain: set[Any] = set()  # recursive calls whose result is not a module: not shared
        self.widen: set[int] = set()
        self.memo: dict[Any, tuple[set[Var], dict[Any, tuple[tuple[Any, ...], CostRange]]]] = {}
        self.touched: set[Var] = set()  # decisions on which what is being measured depends
        self.keep: list[Any] = []  # modules whose id is a key of `memo` or `widen`
        self.unproven = 0
        self.pick_frames: list[list[CostRange] | None] = []

    # -------------------------------------------------------------- mistakes

    def report(self, error: NasError) -> Any:
        if self.reachable():
            for diagnostic in error.diagnostics:
                if diagnostic not in self.diagnostics:
                    self.diagnostics.append(diagnostic)
            if len(self.diagnostics) >= MAX_DIAGNOSTICS:
                raise TooMany
        return POISON

    def reachable(self) -> bool:
        """Whether the present case can occur, as far as that can be tried out."""
        PURSE.spend(20 * len(self.guards))
        if not self.guards:
            return True
        tried = self.possible(frozenset().union(*(key.vars for key, _ in self.guards)))
        return tried is None or next(tried, None) is not None

    def conditions(self) -> list[tuple[Sym, Any]]:
        """What holds in the present case."""
        return [*self.guards, *((demand, True) for demand in self.known)]

    def possible(self, variables: frozenset[Var]) -> Iterator[dict[Var, int]] | None:
        """The assignments (of more variables, if need be) that can occur; None: too many to try."""
        wide = variables.union(*(d.vars for d in self.known if d.vars & variables))
        tried = assignments(sorted(wide, key=lambda v: v.path), self.conditions())
        if tried is None and wide != variables:
            return assignments(sorted(variables, key=lambda v: v.path), self.conditions())
        return tried

    # -------------------------------------------------------------- choices stay open

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        path = scope.decision()
        var = self.vars.get((path, domain))
        if var is None:
            if not self.recording:
                raise fail("NAS221", "a choice must not depend on the shape of a tensor or on its readers", span,
                           help="pass the number as a parameter of the motif instead")  # fmt: skip
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
            if known == key:
                return run(value)
        if key.values is None or len(key.values) > MAX_CASES:
            raise fail("NAS404", "what follows depends on too many combinations of decisions", span,
                       help=f"at most {MAX_CASES} different values may decide the structure here")  # fmt: skip
        return self._cases(key, run)

    def eval(self, node: syntax.Expr, env: Env, scope: Scope) -> Any:
        PURSE.spend(30)
        return super().eval(node, env, scope)

    def _cases(self, key: Sym, run: Callable[[Any], Any]) -> Any:
        PURSE.spend(200)
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
        spread = CostRange.either(costs)
        if self.pick_frames and self.pick_frames[-1] is not None:
            self.pick_frames[-1].append(max(costs, key=_weight, default=CostRange()))
        else:
            self.cost = before.plus(spread)
        if self.recording and programs:
            self.items.append(Switch(key, tuple(programs)))
        return join(self.home, key, results)

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
            raise fail("NAS221", "a choice must not depend on the shape of a tensor or on its readers", span,
                       help="pass the number as a parameter of the motif instead")  # fmt: skip
        known = [r for r in results if r is not POISON]
        if known and all(isinstance(r, Tensor) for r in known):
            return Tensor(self.home, 0, free_join([t.shape for t in known]))
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
        for env in self.possible(variables) or ():
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

    def demand(self, condition: Any, span: Span | None) -> None:
        if condition is False:
            raise fail("NAS510", "this requirement can never hold", span)
        if not isinstance(condition, Sym):
            return
        if condition.values is not None and not any(condition.values):
            raise fail("NAS510", "this requirement can never hold, whatever is chosen", span)
        always = implied(self.guards, condition)
        if isinstance(always, Sym):
            self.demands.append(always)
        if self.recording:
            self.items.append(Demand(condition))
        else:
            self.root.append(Demand(always))

    # -------------------------------------------------------------- tensors are shapes

    def tensor(self, value: Any, span: Span | None) -> Any:
        if value is POISON:
            return POISON
        if value is UNKNOWN:
            return Tensor(self.home, 0, None)
        if isinstance(value, Sym) and self.is_tensor(value):
            value = phi(self.home, value)
        if not isinstance(value, Tensor):
            raise fail("NAS249", f"expected a tensor, not {describe(value)}", span)
        if value.home is not self.home:
            raise fail("NAS250", "this tensor belongs to another graph", span,
                       help="pass it as an input: `(x, y) -> graph (x, y) { … }`")  # fmt: skip
        return value

    def unknown_tensor(self) -> Tensor:
        return Tensor(self.home, 0, None)

    def source(self, module: OpModule, span: Span | None) -> Any:
        if not self.recording or self.guards:
            raise fail(
                "NAS251", f"`{module.op.name}` is a network input: only `network` can have it", span
            )
        self.inputs += 1
        return self.operate(module, (), span)

    def operate(self, module: OpModule, tensors: Sequence[Tensor], span: Span | None) -> Tensor:
        PURSE.spend(30 + len(tensors))
        shapes = tuple(t.shape for t in tensors)
        for value in (*shapes, *module.attrs.values()):
            if isinstance(value, Sym):
                self.touched |= value.vars
        shape, cost = self.rule(module, shapes, self.conditions(), span)
        self.cost = self.cost.plus(cost)
        return Tensor(self.home, 0, shape)

    def combine(self, module: OpModule, items: list[tuple[Any, Any]], span: Span | None) -> Any:
        items = [(held, t) for held, t in items if held is not False]
        if any(t is POISON for _, t in items):
            return POISON
        sure = [t for held, t in items if held is True]
        if not items:
            raise fail("NAS253", f"`{module.op.name}` of an empty list of tensors", span)
        maybe = [(held, t) for held, t in items if held is not True]
        if not maybe:
            return self.operate(module, sure, span)
        if not sure:
            self._refuse_empty(module, [held for held, _ in maybe], span)
        shape, cost = self.rule.optional(module, sure, maybe, self.conditions(), span)
        self.cost = self.cost.plus(cost)
        return Tensor(self.home, 0, shape)

    def _refuse_empty(self, module: OpModule, guards: list[Any], span: Span | None) -> None:
        """Raise if none of the tensors may be there, as far as that can be tried out."""
        syms = [g for g in guards if isinstance(g, Sym)]
        if len(syms) < len(guards) or any(v.free for g in syms for v in g.vars):
            return
        conditions = [*self.conditions(), *((g, False) for g in syms)]
        variables = sorted(
            frozenset().union(*(k.vars for k, _ in conditions)), key=lambda v: v.path
        )
        tried = assignments(variables, conditions, MAX_EMPTY)
        if tried is None:  # too many: only the first options of all
            tried = _first(variables, conditions)
        env = next(tried, None)
        if env is not None:
            shown = witness({v: i for v, i in env.items() if any(v in g.vars for g in syms)})
            raise fail("NAS253", f"`{module.op.name}` of a list of tensors that may be empty", span,
                       notes=((f"this happens with {shown}", None),),
                       help="test it, as in `sum(xs) if xs else x`, or `require len(xs) > 0`")  # fmt: skip

    def loose(self, tensors: Any, span: Span | None) -> Any:
        found = [
            (g, self.tensor(t, span))
            for _, _, g, t in elements(self, tensors, span)
            if g is not False
        ]
        if not found:
            return ()
        return MaybeList(tuple(t for _, t in found), (UNKNOWN,) * len(found))

    @contextmanager
    def picking(self, count: int) -> Iterator[None]:
        """Of the cases directly inside, `count` are taken: the cost counts so many."""
        frame: list[CostRange] = []
        self.pick_frames.append(frame)
        try:
            yield
        finally:
            self.pick_frames.pop()
            self.cost = self.cost.plus(CostRange.some(frame, count))

    # -------------------------------------------------------------- modules

    def graph(self, node: syntax.Graph, env: Env, scope: Scope) -> GraphModule:
        module = GraphModule(
            node, freeze(env, self.globals), scope.restart(), output_count(node.body)
        )
        if self.recording:
            inputs = [None] * len(node.inputs)
            cost, self.cost = self.cost, CostRange()
            try:
                self._run(module, inputs, node.span)
            except ShapeBound:
                pass
            finally:
                self.cost = cost
        return module

    def _run(
        self, module: GraphModule, shapes: Sequence[Any], span: Span | None
    ) -> tuple[Tensor, ...]:
        check_inputs(module, len(shapes), span)
        outer, self.home = self.home, object()
        names = (n.id for n in module.block.inputs)
        env = Env(
            module.env, dict(zip(names, (Tensor(self.home, 0, s) for s in shapes), strict=True))
        )
        frame = Frame()
        try:
            run_block(self, module.block.body, env, module.scope.restart(), frame)
        finally:
            self.home = outer
        if frame.outputs is None:
            if not module.outputs:
                raise fail("NAS255", "this graph has no `out`", module.block.span,
                           help="end it with `out x`")  # fmt: skip
            return (POISON,) * module.outputs  # type: ignore[return-value]
        return frame.outputs

    def apply(
        self, module: Any, tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Tensor, ...]:
        if any(t is POISON for t in tensors) or module is POISON:
            return (POISON,)  # type: ignore[return-value]
        if isinstance(module, Sym):
            if module.values is None:
                raise fail("NAS404", "this module depends on too many decisions at once", span)
            result = self.cases(module, lambda m: self.apply(m, tensors, span), span)
            return result if isinstance(result, tuple) else (result,)
        match module:
            case OpModule():
                return (self.operate(module, tensors, span),)
            case Chain(parts, guards):
                return self._chain(parts, guards, tuple(tensors), span)
            case Combine(combiner, branches):
                return (self._combine(combiner, branches, tensors, span),)
            case Named() | GraphModule():
                return self._call(module, tensors, span)
            case Scan():
                return (self._scan(module, tensors, span),)
        raise fail("NAS245", f"expected a module after `->`, not {describe(module)}", span)

    def _chain(
        self,
        parts: tuple[Any, ...],
        guards: tuple[Any, ...],
        flow: tuple[Tensor, ...],
        span: Span | None,
    ) -> tuple[Tensor, ...]:
        for part, held in zip(parts, guards, strict=True):
            if held is True:
                flow = self.apply(part, flow, span)
            elif held is not False:
                now = flow
                result = self.cases(
                    held, lambda yes, p=part, f=now: self.apply(p, f, span) if yes else f, span
                )
                flow = result if isinstance(result, tuple) else (result,)
        return flow

    def _combine(
        self, combiner: OpModule, branches: Any, tensors: Sequence[Tensor], span: Span | None
    ) -> Any:
        found = []
        for _, _, held, branch in elements(self, branches, span):

            def one(yes: bool, part: Any = branch) -> Any:
                return self.apply(part, tensors, span)[0] if yes else POISON

            found.append((held, one(True) if held is True else self.cases(held, one, span)))
        return self.combine(combiner, found, span)

    def _call(
        self, module: Named | GraphModule, tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Tensor, ...]:
        shapes = tuple(self.tensor(t, span).shape for t in tensors)
        shared = id(module) in self.widen
        if shared:
            shapes = tuple(free_shape(s) for s in shapes)
        entry = self.memo.get((id(module), shapes))
        if entry is None:
            entry = self.memo[id(module), shapes] = (set(), {})
            self.keep.append(module)
        touched, known = entry
        found = known.get(self._context(touched))
        if found is None:
            outer, self.touched = self.touched, set()
            for shape in shapes:
                if isinstance(shape, Sym):
                    self.touched |= shape.vars
            try:
                found = self._measure(module, shapes, span)
            finally:
                touched |= self.touched
                self.touched = outer
            known[self._context(touched)] = found
        self.touched |= touched
        outputs, cost = found
        if shared:
            outputs = tuple(free_shape(s) for s in outputs)
        self.cost = self.cost.plus(cost)
        return tuple(s if s is POISON else Tensor(self.home, 0, s) for s in outputs)

    def _context(self, touched: set[Var]) -> tuple[tuple[Sym, Any], ...]:
        """The part of the present case that matters to what depends on these decisions."""
        return tuple((k, v) for k, v in self.guards if not k.vars.isdisjoint(touched))

    def _measure(
        self, module: Named | GraphModule, shapes: Sequence[Any], span: Span | None
    ) -> tuple[tuple[Any, ...], CostRange]:
        cost, self.cost = self.cost, CostRange()
        recording, self.recording = self.recording, False
        self.pick_frames.append(None)
        outer, self.home = self.home, object()
        try:
            if isinstance(module, GraphModule):
                outputs: Sequence[Any] = self._run(module, shapes, span)
            else:
                outputs = self._named(module, shapes, span)
            return tuple(o if o is POISON else o.shape for o in outputs), self.cost
        except ShapeBound:
            return (None,) * max(1, getattr(module, "outputs", 1)), UNKNOWN_COST
        finally:
            self.home, self.recording, self.cost = outer, recording, cost
            self.pick_frames.pop()

    def _named(self, module: Named, shapes: Sequence[Any], span: Span | None) -> Sequence[Any]:
        if isinstance(module.module, GraphModule):
            return self._run(module.module, shapes, span)
        return self.apply(module.module, [Tensor(self.home, 0, s) for s in shapes], span)

    def _scan(self, module: Scan, tensors: Sequence[Tensor], span: Span | None) -> Any:
        shape = tensors[0].shape
        if shape is None:
            return Tensor(self.home, 0, None)
        if len(tensors) != 1 or isinstance(shape, Sym) or len(shape) != 2:
            raise fail(
                "NAS256", "`scan` runs over one sequence (steps, features) of fixed shape", span
            )
        states = tuple(tuple(s) for s in module.states)
        inside, cost = self.home, self.cost
        self.home, self.cost = object(), CostRange()
        try:
            inputs = [Tensor(self.home, 0, s) for s in ((shape[1],), *states)]
            outputs = self.apply(module.cell, inputs, span)
        finally:
            spent, self.home, self.cost = self.cost, inside, cost
        self.cost = self.cost.plus(spent.repeated(shape[0]))
        if POISON in outputs:
            return POISON
        got = tuple(o.shape for o in outputs)
        if None not in got and got != states:
            raise fail("NAS257", f"the cell's outputs {got} are not its states {states}", span,
                       help="a recurrent cell returns its next states, in order")  # fmt: skip
        return Tensor(self.home, 0, (shape[0], *states[0]))

    # -------------------------------------------------------------- top level and recursion

    def at_root(self, make: Callable[[], Any]) -> Any:
        """Evaluate what is decided once, wherever it is first used."""
        saved = self.items, self.recording, self.guards, self.home, self.cost, self.pick_frames
        self.items, self.recording, self.guards = self.root, True, []
        self.cost, self.pick_frames = CostRange(), []
        try:
            return make()
        finally:
            (self.items, self.recording, self.guards, self.home, self.cost, self.pick_frames) = (
                saved
            )

    def call_motif(self, function: MotifFunction, env: Env, scope: Scope, span: Span | None) -> Any:
        motif = function.motif
        if motif.name not in self.recursive:
            return bound(self, motif.body, env, scope)
        for name, value in env.names.items():
            if isinstance(value, Sym) and not self.is_tensor(value):

                def fixed(v: Any, name: str = name) -> Any:
                    inner = Env(env.parent, {**env.names, name: v})
                    return self.call_motif(function, inner, scope.restart(), span)

                return self.cases(value, fixed, span)
        return self._recursive(function, env, scope, span)

    def _recursive(self, function: MotifFunction, env: Env, scope: Scope, span: Span | None) -> Any:
        values = tuple(settle(self, v, span) for v in env.names.values())
        counts = tuple(sorted((scope.counts or {}).items()))
        key = (function.motif.name, values, counts)
        if key in self.active:
            raise fail("NAS402", f"`{function.motif.name}` calls itself with the same arguments: it never ends",
                       span, notes=(("it is defined here", function.motif.span),))  # fmt: skip
        if key in self.plain:
            return bound(self, function.motif.body, env, scope)
        if key in self.shared:
            result, marker, program = self.shared[key]
        else:
            self.markers += 1
            marker = f"§{self.markers}§"
            result, program = self._elaborate_apart(function, env, scope, key, marker)
            if result is POISON:
                return POISON
            if not is_module(result):
                self.plain.add(key)
                return bound(self, function.motif.body, env, scope)
            self.shared[key] = result, marker, program
            self.widen.add(id(result))
            self.keep.append(result)
        if self.recording and program:
            self.items.append(Shared(marker, scope.path, program))
        return result

    def _elaborate_apart(
        self, function: MotifFunction, env: Env, scope: Scope, key: Any, marker: str
    ) -> tuple[Any, Program]:
        """A recursive call by itself: its decisions are named relative to the marker."""
        apart = scope.restart()
        apart.name, apart.parent = marker, None
        saved = self.items, self.guards, self.recording
        self.items, self.guards, self.recording = [], [], True
        self.active.add(key)
        try:
            result = bound(self, function.motif.body, env, apart)
            if is_module(result):
                result = to_module(self, result, apart, function.motif.span)
            program = tuple(self.items)
        finally:
            self.active.discard(key)
            self.items, self.guards, self.recording = saved
        if is_module(result) and not isinstance(result, Named | GraphModule):
            result = Named(function.motif.name, result, function.motif.span)
        return result, program


def _weight(cost: CostRange) -> float:
    return cost.params[1] + cost.macs[1]


def _first(variables: list[Var], conditions: list[tuple[Sym, Any]]) -> Iterator[dict[Var, int]]:
    """The assignment of first options, if it meets the conditions."""
    env = dict.fromkeys(variables, 0)
    try:
        if all(evaluate(sym, env) == wanted for sym, wanted in conditions):
            yield env
    except (ArithmeticError, LookupError):
        return


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
        result = apply(_unless, key, value, result)
    return result


def _unless(key: Any, value: Any, condition: bool) -> bool:
    return bool(key != value or condition)


def witness(env: Mapping[Var, int]) -> str:
    """An assignment in words."""
    parts = [f"{v.path} = {v.domain.show(i)}" for v, i in env.items() if not v.free]
    return ", ".join(parts[:6]) + (", …" if len(parts) > 6 else "")
