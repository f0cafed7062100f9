"""The elaborator: the machine for which choices stay open.

It evaluates the program once, over all choices: it records the decision program (nasdsl.program), checks
values and shapes of every reachable combination, collects mistakes, and bounds the cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from . import syntax
from .alike import Measured, renamed
from .bounds import (
    ANY_DEPTH,
    NO_PATH,
    UNKNOWN_COST,
    CostRange,
    among,
    deeper,
    deepest,
    starts,
    through,
)
from .cases import witness
from .diagnostics import fail
from .effort import PURSE
from .evaluate.lists import elements
from .evaluate.statements import Frame, ShapeBound, output_count, run_block
from .grids import Condition
from .joins import phi
from .motifs import MotifMachine, env_key
from .spans import Span
from .specialize import at_home, check_inputs, freeze
from .symbolic import Sym, Var, evaluate, in_order
from .trials import assignments
from .values import (
    POISON,
    UNKNOWN,
    Chain,
    Combine,
    Env,
    GraphModule,
    MaybeList,
    Named,
    OpModule,
    Scan,
    Scope,
    Tensor,
    describe,
)

Flow = tuple[Any, ...]  # tensors, or POISON
MAX_EMPTY = 256  # assignments that are tried for one that makes a list empty


class Elaborator(MotifMachine):
    """Elaborates one program; see `elaborate_program` in nasdsl.denote."""

    # -------------------------------------------------------------- tensors are shapes

    def tensor(self, value: Any, span: Span | None) -> Any:
        if value is POISON:
            return POISON
        if value is UNKNOWN:
            return self.unknown_tensor()
        if isinstance(value, Sym) and self.is_tensor(value):
            value = phi(self.rule, self.home, value, span)
        return at_home(value, self.home, span)

    def unknown_tensor(self) -> Tensor:
        return Tensor(self.home, 0, None, (ANY_DEPTH,) * (self.places + 1))

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
        shape, cost = self.rule(module, shapes, self.bearing, span)
        self.cost = self.cost.plus(cost)
        depth = deepest([t.depth for t in tensors]) if tensors else starts(1)[0]
        return Tensor(self.home, 0, shape, deeper(depth, cost))

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
        shape, cost = self.rule.optional(
            module, [t.shape for t in sure], [(held, t.shape) for held, t in maybe],
            self.bearing, span,
        )  # fmt: skip
        self.cost = self.cost.plus(cost)
        depth = among([t.depth for t in sure], [t.depth for _, t in maybe])
        return Tensor(self.home, 0, shape, deeper(depth, cost))

    def _refuse_empty(self, module: OpModule, guards: list[Any], span: Span | None) -> None:
        """Raise if none of the tensors may be there, as far as that can be tried out."""
        syms = [g for g in guards if isinstance(g, Sym)]
        if len(syms) < len(guards) or any(v.free for g in syms for v in g.vars):
            return
        conditions = [*self.guards, *self.held.all(), *((g, False) for g in syms)]
        variables = in_order(frozenset().union(*(k.vars for k, _ in conditions)))
        tried: Iterable[dict[Var, int]] | None = assignments(variables, conditions, MAX_EMPTY)
        if tried is None:  # too many: only the first options of all
            tried = _first(variables, conditions)
        env = next(iter(tried), None)
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
        """A graph that decides nothing is made once: what it sees tells what it is."""
        seen = env_key(env, self.globals, self.settled)
        key = None if seen is None else (id(node), seen)
        if key in self.graphs:
            return self.graphs[key]
        module = GraphModule(
            node, freeze(env, self.globals), scope.restart(), output_count(node.body)
        )
        if self.recording:
            inputs = [None] * len(node.inputs)
            cost, self.cost = self.cost, CostRange()
            before = self.items, len(self.items), len(self.root), self.mistakes
            try:
                self._run(module, inputs, node.span)
                after = self.items, len(self.items), len(self.root), self.mistakes
                if key is not None and before == after and not self.guards:
                    self.graphs[key] = module
            except ShapeBound:
                pass
            finally:
                self.cost = cost
        return module

    def _run(self, module: GraphModule, shapes: Sequence[Any], span: Span | None) -> Flow:
        check_inputs(module, len(shapes), span)
        outer = self.home, self.places
        inputs = self._inside(shapes)
        names = (n.id for n in module.block.inputs)
        env = Env(module.env, dict(zip(names, inputs, strict=True)))
        frame = Frame()
        try:
            run_block(self, module.block.body, env, module.scope.restart(), frame)
        finally:
            self.home, self.places = outer
        if frame.outputs is None:
            if not module.outputs:
                raise fail("NAS255", "this graph has no `out`", module.block.span,
                           help="end it with `out x`")  # fmt: skip
            return (POISON,) * module.outputs
        return frame.outputs

    def apply(self, module: Any, tensors: Sequence[Tensor], span: Span | None) -> Flow:
        if module is POISON or any(lost(t) for t in tensors):
            return (POISON,)
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
        flow: Flow,
        span: Span | None,
    ) -> Flow:
        for part, held in zip(parts, guards, strict=True):
            if held is True:
                flow = self.apply(part, flow, span)
            elif held is not False:

                def step(yes: bool, part: Any = part, now: Flow = flow) -> Any:
                    return self.apply(part, now, span) if yes else now

                result = self.cases(held, step, span)
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

    def _inside(self, shapes: Sequence[Any]) -> list[Tensor]:
        """Enter a graph with inputs of these shapes."""
        self.home, self.places = object(), len(shapes)
        depths = starts(len(shapes))
        return [Tensor(self.home, 0, s, d) for s, d in zip(shapes, depths, strict=True)]

    def _call(
        self, module: Named | GraphModule, tensors: Sequence[Tensor], span: Span | None
    ) -> Flow:
        tensors = [self.tensor(t, span) for t in tensors]
        shapes = tuple([t.shape for t in tensors])
        shared = id(module) in self.widen
        if shared:
            shapes = tuple([self.rule.free_join([s]) for s in shapes])
        shapes, names = self.rule.renamed(shapes)
        if isinstance(module, Named) and isinstance(module.module, GraphModule):
            module = module.module
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
                found = self._measured(module, shapes, span)
            finally:
                touched |= self.touched
                self.touched = outer
            known[self._context(touched)] = found
        self.touched |= touched
        outputs, cost = found
        self.cost = self.cost.plus(cost)
        given = [t.depth for t in tensors]
        out: list[Any] = []
        for output in outputs:
            if output is not POISON:
                shape, depth = output
                shape = self.rule.free_join([shape]) if shared else self.rule.restored(shape, names)
                output = Tensor(self.home, 0, shape, through(given, depth))
            out.append(output)
        return tuple(out)

    def _context(self, touched: set[Var]) -> tuple[Condition, ...]:
        """The part of the present case that matters to what depends on these decisions."""
        return self.bearing(frozenset(touched)) if self.guards else ()

    def _measured(
        self, module: Named | GraphModule, shapes: tuple[Any, ...], span: Span | None
    ) -> tuple[tuple[Any, ...], CostRange]:
        """As `_measure`; of modules that are alike, one is measured, if no case bears on it."""
        form = None if self.known.demands else self.forms.of((module, *shapes))
        if form is None:
            return self._measure(module, shapes, span)
        known = self.alike.get(form.number)
        if known is not None:
            names = dict(zip(known.decisions, form.decisions, strict=True))
            touched = {names.get(v, v) for v in known.touched}
            if not self._context(touched):
                self.touched |= touched
                return tuple([
                    o if o is POISON else (renamed(o[0], names), o[1]) for o in known.outputs
                ]), known.cost  # fmt: skip
        before = self.mistakes
        outputs, cost = self._measure(module, shapes, span)
        if self.mistakes == before and not self._context(self.touched):
            touched_now = frozenset(self.touched)
            self.alike[form.number] = Measured(form.decisions, touched_now, outputs, cost)
        return outputs, cost

    def _measure(
        self, module: Named | GraphModule, shapes: Sequence[Any], span: Span | None
    ) -> tuple[tuple[Any, ...], CostRange]:
        """Of each output the shape and the depth, and the cost."""
        cost, self.cost = self.cost, CostRange()
        recording, self.recording = self.recording, False
        self.pick_frames.append(None)
        outer = self.home, self.places
        base, self.base = self.base, len(self.guards)
        try:
            if isinstance(module, GraphModule):
                outputs: Sequence[Any] = self._run(module, shapes, span)
            else:
                outputs = self._named(module, shapes, span)
            return tuple([o if o is POISON else (o.shape, o.depth) for o in outputs]), self.cost
        except ShapeBound:
            unknown = None, (ANY_DEPTH,) * (len(shapes) + 1)
            return (unknown,) * max(1, getattr(module, "outputs", 1)), UNKNOWN_COST
        finally:
            (self.home, self.places), self.recording, self.cost = outer, recording, cost
            self.base = base
            self.pick_frames.pop()

    def _named(self, module: Named, shapes: Sequence[Any], span: Span | None) -> Sequence[Any]:
        if isinstance(module.module, GraphModule):
            return self._run(module.module, shapes, span)
        return self.apply(module.module, self._inside(shapes), span)

    def _scan(self, module: Scan, tensors: Sequence[Tensor], span: Span | None) -> Any:
        shape = tensors[0].shape
        if shape is None:
            return self.unknown_tensor()
        if len(tensors) != 1 or not isinstance(shape, tuple) or len(shape) != 2:
            raise fail(
                "NAS256", "`scan` runs over one sequence (steps, features) of fixed shape", span
            )
        states = tuple(tuple(s) for s in module.states)
        inside, cost = (self.home, self.places), self.cost
        self.cost = CostRange()
        try:
            outputs = self.apply(module.cell, self._inside([(shape[1],), *states]), span)
        finally:
            spent, (self.home, self.places), self.cost = self.cost, inside, cost
        self.cost = self.cost.plus(spent.repeated(shape[0]))
        if any(lost(o) for o in outputs):
            return POISON
        got = tuple(o.shape for o in outputs)
        if None not in got and got != states:
            raise fail("NAS257", f"the cell's outputs {got} are not its states {states}", span,
                       help="a recurrent cell returns its next states, in order")  # fmt: skip
        depth = through([tensors[0].depth], (outputs[0].depth[0], NO_PATH))
        return Tensor(self.home, 0, (shape[0], *states[0]), depth)


def _first(variables: list[Var], conditions: list[tuple[Sym, Any]]) -> Iterator[dict[Var, int]]:
    """The assignment of first options, if it meets the conditions."""
    env = dict.fromkeys(variables, 0)
    try:
        if all(evaluate(sym, env) == wanted for sym, wanted in conditions):
            yield env
    except (ArithmeticError, LookupError):
        return


def lost(value: Any) -> bool:
    """Whether a mistake about this value has been reported."""
    return value is POISON
