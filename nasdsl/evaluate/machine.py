"""The evaluator of expressions, whatever becomes of choices and tensors.

Two machines implement it: the elaborator (nasdsl.elaborate), for which a choice yields a Sym, and the
builder (nasdsl.specialize), which takes each choice from a genotype. The modules of this folder hold the
meaning of the constructs as functions of a machine; `EVALUATORS` is their table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from nasdsl import syntax
from nasdsl.diagnostics import NasError, fail
from nasdsl.domains import Domain
from nasdsl.ops.base import Op
from nasdsl.spans import Span
from nasdsl.symbolic import Sym
from nasdsl.values import POISON, Env, MaybeList, MotifFunction, OpModule, Scope, Tensor

MAX_STEPS = 400_000  # evaluated expressions; an elaboration past it is too large to be meant
MAX_DEPTH = 150  # motif calls inside one another
MAX_LIST = 20_000  # elements of a list
MAX_NUMBER = 2**62


class Mistake(LookupError):
    """A value error inside a pure function; the machine adds the place (and the decisions)."""

    def __init__(self, code: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.help = code, message, help


class Machine:
    """What evaluation needs from its two forms, and the walk over expressions."""

    def __init__(
        self, globals: Env, ops: Mapping[str, Op], checked: dict[Any, Any] | None = None
    ) -> None:
        """`checked` keeps what does not change between runs of one program: literal calls by the id
        of their node, and attribute values that have been checked."""
        self.checked: dict[Any, Any] = {} if checked is None else checked
        self.globals = globals
        self.ops = ops
        self.steps = 0
        self.depth = 0
        self.calls: list[tuple[str, Span | None]] = []

    # -------------------------------------------------------------- the two forms differ here

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        """Take a decision at the scope: its index (or, if continuous, its value)."""
        raise AssertionError

    def cases(self, key: Any, run: Callable[[Any], Any], span: Span | None) -> Any:
        """`run` for the value of the key; if it is open, for every one, and the results joined."""
        raise AssertionError

    def among(self, index: Any, found: list[tuple[Any, Any]], span: Span | None) -> Any:
        """The plain value that an index takes among some, each with the condition that allows it."""
        guard, value = found[index]
        return value if guard else POISON

    def lift(self, function: Callable[..., Any], *args: Any, span: Span | None) -> Any:
        """A pure function of values that may be open. Reports a Mistake at the span."""
        raise AssertionError

    def demand(self, condition: Any, span: Span | None) -> None:
        """A constraint."""
        raise AssertionError

    def how(self, key: Any) -> tuple[tuple[str, None], ...]:
        """Notes that say which decisions give an open key its present value."""
        return ()

    def exclude(self, index: Any, option: int) -> None:
        """Note that an option of a decision is ruled out whatever else is decided."""

    def note_role(self, value: Any, role: str) -> None:
        """Note what the one decision behind an open value is for; see nasdsl.symbolic.Var."""

    def operate(self, module: OpModule, tensors: Sequence[Tensor], span: Span | None) -> Tensor:
        """Apply an operator to tensors."""
        raise AssertionError

    def apply(
        self, module: Any, tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Tensor, ...]:
        """Apply a module to tensors."""
        raise AssertionError

    def source(self, module: OpModule, span: Span | None) -> Any:
        """A network input."""
        raise AssertionError

    def combine(self, module: OpModule, items: list[tuple[Any, Any]], span: Span | None) -> Any:
        """A combining operator on tensors, each with the condition under which it is there."""
        raise AssertionError

    def tensor(self, value: Any, span: Span | None) -> Any:
        """A value as a tensor of the graph under construction (or POISON)."""
        raise AssertionError

    def unknown_tensor(self) -> Any:
        """A tensor of a shape that is not known yet."""
        raise AssertionError

    def is_tensor(self, value: Any) -> bool:
        """Whether a value is a tensor, or is open between tensors."""
        if isinstance(value, Sym):
            return isinstance(value.first, Tensor)
        return isinstance(value, Tensor)

    def is_flow(self, value: Any) -> bool:
        """Whether a value is a tensor or a non-empty list of tensors."""
        if isinstance(value, tuple):
            return bool(value) and all(self.is_tensor(v) for v in value)
        if isinstance(value, MaybeList):
            return any(self.is_tensor(v) for v in value.elements)
        return self.is_tensor(value)

    def graph(self, node: syntax.Graph, env: Env, scope: Scope) -> Any:
        """Make a module of a graph block."""
        raise AssertionError

    def named(self, value: Any, name: str, span: Span | None, again: bool = False) -> Any:
        """What a motif of this name has made, or (again) what a `let` gives this name."""
        from .call import name_module

        return name_module(value, name, span, again)

    def loose(self, tensors: Any, span: Span | None) -> Any:
        """The tensors of a list that nothing reads."""
        raise AssertionError

    def call_motif(self, function: MotifFunction, env: Env, scope: Scope, span: Span | None) -> Any:
        """The body of a motif with its formals bound in `env`."""
        raise AssertionError

    def unsure(self) -> Any:
        """A truth value that is not tracked."""
        raise AssertionError

    def picking(self, count: int) -> AbstractContextManager[None]:
        """Around the options of a pick: `count` of the cases inside it are taken."""
        return nullcontext()

    def at_root(self, make: Callable[[], Any]) -> Any:
        """Evaluate what is decided once, wherever it is first used."""
        return make()

    def report(self, error: NasError) -> Any:
        """Go on after a mistake, with POISON, if this machine collects mistakes; else raise."""
        raise error

    # -------------------------------------------------------------- the walk

    def eval(self, node: syntax.Expr, env: Env, scope: Scope) -> Any:
        """The value of an expression."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise fail(
                "NAS403", f"the space unrolls to more than {MAX_STEPS:,} expressions", node.span,
                help="bound the loops and repetitions that lead here",
            )  # fmt: skip
        return EVALUATORS[type(node)](self, node, env, scope)

    def attempt(self, node: syntax.Expr, env: Env, scope: Scope) -> Any:
        """The value of an expression whose mistakes shall not hide those of its neighbours."""
        try:
            return self.eval(node, env, scope)
        except NasError as error:
            return self.report(error)

    def lookup(self, name: str, env: Env | None, span: Span | None) -> Any:
        """The value of a name."""
        frame = env
        while frame is not None:
            if name in frame.names:
                value = frame.names[name]
                return value.force(self) if isinstance(value, Lazy) else value
            frame = frame.parent
        raise fail("NAS101", f"`{name}` is not defined", span)


class Lazy:
    """A top-level name: evaluated once, when first used."""

    __slots__ = ("busy", "done", "make", "name", "span", "value")

    def __init__(self, name: str, make: Callable[[Machine], Any], span: Span | None) -> None:
        self.name, self.make, self.span = name, make, span
        self.done = self.busy = False
        self.value: Any = POISON

    def force(self, machine: Machine) -> Any:
        """The value, evaluated now if need be."""
        if self.busy:
            raise fail("NAS103", f"`{self.name}` is defined by itself", self.span)
        if not self.done:
            self.busy = True
            try:
                self.value = machine.at_root(partial(self.make, machine))
            except NasError as error:
                self.value = machine.report(error)
            finally:
                self.busy = False
            self.done = True
        return self.value


Evaluator = Callable[[Machine, Any, Env, Scope], Any]
EVALUATORS: dict[type, Evaluator] = {}
