"""Calls of motifs while choices are open: which are made once, and those that call themselves.

A motif that decides nothing gives the same module for the same arguments. A recursive one is
elaborated by itself, once for each list of arguments, and what it decides is shared by its calls.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from .bounds import CostRange
from .cases import OpenMachine
from .diagnostics import fail
from .evaluate.basic import bound
from .evaluate.call import is_module, name_module, to_module
from .evaluate.lists import settle
from .program import Program, Shared
from .spans import Span
from .symbolic import Sym, typed
from .values import POISON, Env, GraphModule, MotifFunction, Named, OpModule, Scope, is_fixed


class MotifMachine(OpenMachine):
    """Calls motifs; what becomes of tensors and modules is the elaborator's part."""

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
        if motif.name in self.settled:
            return self._made_once(function, env, scope, span)
        if motif.name not in self.recursive:
            return bound(self, motif.body, env, scope)
        for name, value in env.names.items():
            if isinstance(value, Sym) and not self.is_tensor(value):

                def fixed(v: Any, name: str = name) -> Any:
                    inner = Env(env.parent, {**env.names, name: v})
                    return self.call_motif(function, inner, scope.restart(), span)

                return self.cases(value, fixed, span)
        return self.call_recursive(function, env, scope, span)

    def _made_once(self, function: MotifFunction, env: Env, scope: Scope, span: Span | None) -> Any:
        """A call that decides nothing: equal arguments give the same module."""
        values = env.names.values()
        if not all(is_fixed(v, self.settled) for v in values):
            return bound(self, function.motif.body, env, scope)
        key = function.motif.name, *map(typed, values)
        value = self.settled_calls.get(key)
        if value is None:
            before = self.mistakes, self.rule.unnamed
            value = bound(self, function.motif.body, env, scope)
            alike = before == (self.mistakes, self.rule.unnamed)
            if alike and is_module(value) and not isinstance(value, Sym):
                value = self.settled_calls[key] = name_module(value, function.motif.name, span)
        return value

    def call_recursive(
        self, function: MotifFunction, env: Env, scope: Scope, span: Span | None
    ) -> Any:
        """A call of a motif that calls itself, with arguments that are settled."""
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


def env_key(env: Env, globals: Env, settled: Container[str]) -> tuple[Any, ...] | None:
    """What tells the names in scope apart from others; None if a tensor is among them."""
    found: list[Any] = []
    frame: Env | None = env
    while frame is not None and frame is not globals and frame.parent is not None:
        for name, value in frame.names.items():
            key = _value_key(value, settled)
            if key is None:
                return None
            found.append((name, key))
        frame = frame.parent
    return tuple(found)


def _value_key(value: Any, settled: Container[str]) -> Any:
    if value.__class__ is tuple:
        keys = tuple([_value_key(v, settled) for v in value])
        return None if None in keys else keys
    if is_fixed(value, settled):
        return value.__class__, value
    return value if isinstance(value, Sym | Named | OpModule) else None
