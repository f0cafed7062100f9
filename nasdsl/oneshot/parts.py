"""What a compiled supernet is made of, as methods that look inside it need it: layers, guards, roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nasdsl.architecture import Graph, Node
from nasdsl.diagnostics import fail
from nasdsl.relax.diagrams import Atom, atoms_of

Segments = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A layer with weights: its submodule (a path within `supernet.net`), its node, and the names of
    the gates that have to be open for it to run, the outermost first."""

    module: str
    node: Node
    guards: tuple[str, ...]

    @property
    def source(self) -> Segments:
        """Where the channels of its input stand: segments of (name of their number, largest number)."""
        return dict(self.node.attrs).get("source") or ()  # type: ignore[return-value]  # an attribute of elastic layers

    @property
    def target(self) -> str:
        """The name of the number of channels of its output; "" where it is fixed or that of the input."""
        return str(dict(self.node.attrs).get("target") or "")

    @property
    def kernels(self) -> str:
        """The name of its kernel size; "" where it is fixed."""
        return str(dict(self.node.attrs).get("kernels") or "")

    @property
    def op(self) -> str:
        """The operator of the program."""
        return self.node.name


def parts_of(supernet: Any) -> list[Part]:
    """The layers with weights of a supernet in the order of its state. Raises NasError (NAS320) for
    what is no compiled supernet."""
    if not hasattr(supernet, "relaxed"):
        raise fail("NAS320", "this method looks inside the supernet: it needs a compiled one")
    guards = dict(_walk(supernet.relaxed.architecture.graph, "", ()))
    return [Part(o.module, o.node, guards.get(o.key, ())) for o in supernet.owners]


def _walk(graph: Graph, key: str, guards: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in graph.nodes:
        guard = getattr(node, "guard", "")
        here, inner = f"{key}/{node.key}", (*guards, guard) if guard else guards
        yield here, inner
        if node.body is not None:
            yield from _walk(node.body, here, inner)


def paths_of(supernet: Any, names: Iterable[str]) -> set[str]:
    """The decisions that named gates or sizes depend on."""
    diagrams = supernet.relaxed.gates
    return {_path(a) for name in names if name for a in atoms_of(diagrams[name])}


def _path(atom: Atom) -> str:
    return f"{atom.path}[{atom.option}]" if atom.kind == "slot" else atom.path


def roles(supernet: Any) -> dict[str, str]:
    """What each decision changes: "resolution" of the input, "kernel" size, "width" (numbers of
    channels), "depth" (any other number), or "operator" (anything else)."""
    found = parts_of(supernet)
    relaxed = supernet.relaxed
    sizes = paths_of(supernet, relaxed.inputs)
    kernels = paths_of(supernet, (p.kernels for p in found))
    numbers = {p for p, domains in relaxed.domains.items() if all(d.ordered for d in domains)}
    ordinary = {p for p, c in supernet.decisions.items() if c.kind == "one" and p in numbers}
    named = [*(p.target for p in found), *(n for p in found for n, _ in p.source)]
    widths = paths_of(supernet, named) & ordinary
    out = {}
    for path in supernet.decisions:
        of = ((sizes, "resolution"), (kernels, "kernel"), (widths, "width"), (ordinary, "depth"))
        out[path] = next((role for group, role in of if path in group), "operator")
    return out
