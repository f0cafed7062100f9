"""The top level of a program: names, parameters, which motifs are recursive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import syntax
from .codes import Coder, coders, read_code
from .diagnostics import did_you_mean, fail
from .evaluate.basic import bound
from .evaluate.builtins import BUILTINS
from .evaluate.machine import Lazy, Machine
from .ops.base import Op
from .ops.table import TABLE, extensions
from .record import Frozen, record
from .symbolic import Sym
from .values import Builtin, Env, MotifFunction, OpFunction, Scope

Setting = int | float | bool | str
CONSTANTS: dict[str, object] = {"none": None}
"""Names of values; a program may give them to others."""
COSTS = ("params", "macs", "flops", "activations", "depth")


@record
class Outline(Frozen):
    """The items of a program and its imports, by kind."""

    name: str
    doc: str
    params: Mapping[str, syntax.Binding]
    lets: Mapping[str, syntax.Let]
    motifs: Mapping[str, syntax.Motif]
    network: syntax.Network
    requires: tuple[syntax.Expr, ...]
    search: syntax.Search | None
    overrides: Mapping[str, Setting]
    coders: Mapping[str, Coder]


def outline(programs: Sequence[syntax.Program], overrides: Mapping[str, Setting]) -> Outline:
    """Sort the items; the main program is the last. Names have been checked before."""
    params: dict[str, syntax.Binding] = {}
    lets: dict[str, syntax.Let] = {}
    motifs: dict[str, syntax.Motif] = {}
    requires: list[syntax.Expr] = []
    name, doc, network, search = "unnamed", "", None, None
    for program in programs:
        for item in program.items:
            match item:
                case syntax.Param(bindings):
                    params.update((b.name, b) for b in bindings)
                case syntax.Let(let_name):
                    lets[let_name] = item
                case syntax.Motif(motif_name):
                    motifs[motif_name] = item
                case syntax.Require(conditions):
                    requires.extend(conditions)
                case syntax.Network() if program is programs[-1]:
                    network = item
                case syntax.SpaceDecl(space_name, text) if program is programs[-1]:
                    name, doc = space_name, text or ""
                case syntax.Search() if program is programs[-1]:
                    search = item
    if network is None:
        raise fail("NAS140", "this file has no `network`, so it describes no space",
                   programs[-1].span, help="write `network = …`; a library is imported, not opened")  # fmt: skip
    for key in overrides:
        if key not in params:
            raise fail("NAS105", f"there is no parameter `{key}` to set", None,
                       help=did_you_mean(key, list(params)) or "the parameters are " + ", ".join(params))  # fmt: skip
    return Outline(
        name, doc, params, lets, motifs, network, tuple(requires), search, dict(overrides),
        coders(programs),
    )  # fmt: skip


def operators(programs: Sequence[syntax.Program]) -> dict[str, Op]:
    """The operators that programs can mean: the table, and the installed ones that they do not hide.

    Those of other distributions are loaded only for a program that uses a name which neither it nor
    the language defines: what is installed cannot change what other programs mean.
    """
    used: set[str] = set()
    own: set[str] = set()
    for item in (i for p in programs for i in p.items if not _is_aside(i)):
        for node in syntax.walk(item):
            if isinstance(node, syntax.Name):
                used.add(node.id)
            else:
                own.update(introduced(node))
    if used <= own.union(TABLE, BUILTINS, CONSTANTS, COSTS):
        return dict(TABLE)
    return {**TABLE, **{name: op for name, op in extensions().items() if name not in own}}


def _is_aside(item: syntax.Item) -> bool:
    """Whether an item takes no part in the network."""
    if isinstance(item, syntax.Motif):
        return syntax.is_view(item)
    return isinstance(item, syntax.Search | syntax.Encoding | syntax.Encode)


def introduced(node: syntax.Syntax) -> Iterable[str]:
    """The names that a node gives a meaning."""
    match node:
        case syntax.Let(name) | syntax.Motif(name) | syntax.Formal(name) | syntax.Binding(name):
            return (name,)
        case syntax.Append(name) | syntax.Repeat(_, str(name)):
            return (name,)
        case syntax.Assign(names):
            return names
        case syntax.Loop(index, name) | syntax.Clause(index, name):
            return (name, index) if index else (name,)
        case syntax.Graph(inputs):
            return [tensor.id for tensor in inputs]
    return ()


def fixed_names(program: Outline, ops: Mapping[str, Op]) -> Env:
    """The names that mean the same for every machine: operators, functions, motifs."""
    env = Env(None, dict(CONSTANTS))
    for name in BUILTINS:
        env.names[name] = Builtin(name)
    for name, op in ops.items():
        env.names[name] = OpFunction(op)
    for name, motif in program.motifs.items():
        env.names[name] = MotifFunction(motif)
    return env


def globals_of(program: Outline, fixed: Env) -> Env:
    """The top-level names, lazily evaluated. Each machine needs an environment of its own."""
    env = Env(fixed)
    for name, binding in program.params.items():
        env.names[name] = Lazy(name, _param(binding, program, env), binding.span)
    for name, let in program.lets.items():
        env.names[name] = Lazy(name, _let(let, env), let.span)
    return env


def _param(binding: syntax.Binding, program: Outline, env: Env) -> Callable[[Machine], Any]:
    def make(m: Machine) -> Any:
        if binding.type is None:
            return written(m)
        key = binding.name, binding.type
        if key not in m.checked:
            own, coder = binding.name not in program.overrides, program.coders[binding.type]
            m.checked[key] = read_code(binding, written(m), own, coder)
        return m.checked[key]

    def written(m: Machine) -> Any:
        if binding.name in program.overrides:
            return program.overrides[binding.name]
        value = bound(m, binding.value, env, Scope(binding.name))
        if isinstance(value, Sym):
            raise fail("NAS106", f"the parameter `{binding.name}` would be decided", binding.span,
                       help=f"write `let {binding.name} = …`: a parameter is set by `--set`")  # fmt: skip
        return value

    return make


def parameter_values(program: Outline, m: Machine) -> dict[str, Setting]:
    """The parameters as `--set` would give them: a code is its text."""
    found: dict[str, Setting] = {}
    for name, binding in program.params.items():
        if binding.type is None:
            found[name] = m.lookup(name, m.globals, None)
        else:
            value = program.overrides.get(name)
            found[name] = (
                bound(m, binding.value, m.globals, Scope(name)) if value is None else value
            )
    return found


def _let(let: syntax.Let, env: Env) -> Callable[[Machine], Any]:
    def make(m: Machine) -> Any:
        value = bound(m, let.value, env, Scope(let.name))
        return m.named(value, let.name, let.span, again=True)

    return make


def network_scope(program: Outline) -> Scope:
    """The scope of `network`: none of its parts takes the path of a top-level name."""
    scope = Scope("")
    scope.counts = dict.fromkeys([*program.params, *program.lets, "require"], 1)
    return scope


def recursive_motifs(program: Outline) -> frozenset[str]:
    """The motifs that may call themselves, directly or by others."""
    uses = {name: _names(motif) & program.motifs.keys() for name, motif in program.motifs.items()}
    reach = {name: set(used) for name, used in uses.items()}
    changed = True
    while changed:
        changed = False
        for reached in reach.values():
            more = set().union(*(reach[n] for n in reached)) - reached if reached else set()
            if more:
                reached |= more
                changed = True
    return frozenset(name for name, reached in reach.items() if name in reached)


_CHOICES = (
    syntax.Any, syntax.Some, syntax.Pick, syntax.Permutation, syntax.OneOf, syntax.Alternatives,
)  # fmt: skip


def settled_motifs(program: Outline) -> frozenset[str]:
    """The motifs that decide nothing: equal arguments give equal modules, in every architecture."""
    uses: dict[str, set[str]] = {}
    open_names: set[str] = set()
    for name, item in (*program.motifs.items(), *program.lets.items(), *program.params.items()):
        uses[name] = _names(item)
        if any(isinstance(n, (*_CHOICES, syntax.Require)) for n in syntax.walk(item)):
            open_names.add(name)
    grown = True
    while grown:
        more = {n for n, used in uses.items() if n not in open_names and used & open_names}
        open_names |= more
        grown = bool(more)
    return frozenset(program.motifs.keys() - open_names)


def _names(node: syntax.Syntax) -> set[str]:
    return {n.id for n in syntax.walk(node) if isinstance(n, syntax.Name)}


def mentions_cost(condition: syntax.Expr, program: Outline) -> bool:
    """Whether a requirement is about the cost of the network."""
    names = _names(condition)
    return any(c in names and c not in program.lets and c not in program.params for c in COSTS)
