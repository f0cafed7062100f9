"""From an architecture to a module: the emitted text is compiled and its class instantiated.

The text lives in a module of its own in sys.modules and in linecache, so that torch.compile finds
its globals and tracebacks show its lines. Equal texts share one module: only the first is compiled.
"""

from __future__ import annotations

import linecache
import sys
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from types import ModuleType, TracebackType
from typing import Any, Literal
from weakref import WeakSet

import torch
from torch import nn

from nasdsl.architecture import Architecture
from nasdsl.spans import Span

from .emit import Emitted, emit_file

_PREFIX = "nasdsl_emitted_"
_KEPT = 256  # modules without living networks that stay compiled
_LONGEST_CALL = 60
_FAILURES = (RuntimeError, ValueError, TypeError, IndexError, AttributeError, AssertionError)

MemoryFormat = Literal["auto", "channels_last", "contiguous"]


def compile_architecture(
    architecture: Architecture,
    *,
    memory_format: MemoryFormat = "auto",
    init: Callable[[nn.Module], None] | None = None,
) -> nn.Module:
    """The network, initialised as PyTorch does under the current seed.

    memory_format: "auto" means channels-last weights for a network with 2-D convolutions; inputs
    may have either layout. init: called with every submodule, as by `nn.Module.apply`.
    """
    return instantiate(_emitted(architecture), memory_format=memory_format, init=init)


@lru_cache(maxsize=64)
def _emitted(architecture: Architecture) -> Emitted:
    return emit_file(architecture)


def instantiate(
    emitted: Emitted,
    *,
    memory_format: MemoryFormat = "auto",
    init: Callable[[nn.Module], None] | None = None,
) -> nn.Module:
    """A new network of an emitted file."""
    module, living = _load(emitted)
    network: nn.Module = getattr(module, emitted.top)()
    living.add(network)
    if init is not None:
        network.apply(init)
    if memory_format == "channels_last" or (memory_format == "auto" and _has_conv2d(network)):
        _to_channels_last(network)
    return network


def _to_channels_last(network: nn.Module) -> None:
    """As `nn.Module.to`, in a third of its time."""
    for tensor in chain(network.parameters(), network.buffers()):
        if tensor.dim() == 4:
            tensor.data = tensor.data.contiguous(memory_format=torch.channels_last)


def _has_conv2d(network: nn.Module) -> bool:
    return any(isinstance(m, nn.Conv2d | nn.ConvTranspose2d) for m in network.modules())


# ---------------------------------------------------------------------------- emitted modules

_modules: OrderedDict[str, tuple[ModuleType, WeakSet[nn.Module]]] = OrderedDict()


def _load(emitted: Emitted) -> tuple[ModuleType, WeakSet[nn.Module]]:
    sources = {span.source.name: span.source.text for span in emitted.spans.values()}
    places = [(line, span.start, span.end) for line, span in emitted.spans.items()]
    digest = sha256(f"{emitted.text}\0{sources}{places}".encode()).hexdigest()[:16]
    name = _PREFIX + digest
    if name in _modules:
        _modules.move_to_end(name)
        return _modules[name]
    _forget_unused()
    _modules[name] = (_execute(name, emitted), WeakSet())
    return _modules[name]


def _execute(name: str, emitted: Emitted) -> ModuleType:
    """Run the file, in a fresh module that is registered before it runs, as imports do."""
    filename = f"<nasdsl {emitted.top} {name.removeprefix(_PREFIX)}>"
    module = ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module
    linecache.cache[filename] = (len(emitted.text), None, _annotated(emitted), filename)
    exec(compile(emitted.text, filename, "exec"), module.__dict__)  # noqa: S102 (our own text)
    top = getattr(module, emitted.top)
    module.__dict__["nas_spans"] = emitted.spans
    _explain_failures(top, filename, emitted.spans)
    return module


def _forget_unused() -> None:
    """Drop the oldest modules that no network uses, down to the number that is kept."""
    for name in list(_modules):
        if len(_modules) <= _KEPT:
            return
        module, living = _modules[name]
        if not living:
            del _modules[name]
            sys.modules.pop(name, None)
            linecache.cache.pop(str(module.__file__), None)


# ---------------------------------------------------------------------------- failures


def _annotated(emitted: Emitted) -> list[str]:
    """The lines that tracebacks show: with the position in the .nas file behind each."""
    lines = emitted.text.splitlines()
    for number, span in emitted.spans.items():
        lines[number - 1] += f"  # {span}"
    return [line + "\n" for line in lines]


def _describe(span: Span) -> str:
    call = " ".join(span.text.split())
    if len(call) > _LONGEST_CALL:
        call = call[: _LONGEST_CALL - 1] + "…"
    return f"in `{call}` at {span}"


def _explain_failures(top: type[nn.Module], filename: str, spans: dict[int, Span]) -> None:
    """Give the class a `__call__` that adds the .nas positions to what is raised below it."""
    plain = top.__call__

    def __call__(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        if torch.compiler.is_compiling():
            return plain(self, *args, **kwargs)
        try:
            return plain(self, *args, **kwargs)
        except _FAILURES as error:
            _explain(error, filename, spans)
            raise

    top.__call__ = __call__  # type: ignore[method-assign]  # of a class that was made here


def _explain(error: BaseException, filename: str, spans: dict[int, Span]) -> None:
    """Add a note for every emitted line that the traceback passed, the innermost first."""
    notes: list[str] = []
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename and trace.tb_lineno in spans:
            notes.insert(0, _describe(spans[trace.tb_lineno]))
        trace = trace.tb_next
    for note in dict.fromkeys(notes):
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
