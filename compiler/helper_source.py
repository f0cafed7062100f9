"""The source text of the helpers that emitted files need, read without importing torch."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nasdsl.diagnostics import fail


@dataclass(frozen=True, slots=True)
class Helpers:
    """A helper module in pieces: its definitions in order, and its import lines."""

    definitions: dict[str, str]  # name -> source
    uses: dict[str, frozenset[str]]  # name -> all names that its source mentions
    imports: dict[str, str]  # bound name -> import statement


def parse_helpers(text: str) -> Helpers:
    lines = text.splitlines()
    definitions: dict[str, str] = {}
    uses: dict[str, frozenset[str]] = {}
    imports: dict[str, str] = {}
    for node in ast.parse(text).body:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    bound = alias.asname or alias.name.split(".")[0]
                    suffix = f" as {alias.asname}" if alias.asname else ""
                    imports[bound] = f"import {alias.name}{suffix}"
            case ast.ImportFrom(module=module, names=names) if module != "__future__":
                for alias in names:
                    suffix = f" as {alias.asname}" if alias.asname else ""
                    imports[alias.asname or alias.name] = (
                        f"from {module} import {alias.name}{suffix}"
                    )
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                definitions[name] = "\n".join(lines[first - 1 : node.end_lineno])
                uses[name] = _names(node)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                definitions[name] = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                uses[name] = _names(node)
            case _:
                pass
    return Helpers(definitions, uses, imports)


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))


@cache
def own_helpers() -> Helpers:
    """The helpers beside this module."""
    path = Path(__file__).with_name("helpers.py")
    return parse_helpers(path.read_text(encoding="utf-8") if path.exists() else "")


def select(wanted: Iterable[str], helpers: Helpers) -> tuple[list[str], set[str]]:
    """The sources of the wanted helpers and of those that they use, in the order of their file,
    and the names that the sources mention (imports are to be chosen by them)."""
    pending, chosen = list(wanted), set()
    while pending:
        name = pending.pop()
        if name not in helpers.definitions:
            raise fail("NAS480", f"no helper `{name}` exists for the emitted code")
        if name in chosen:
            continue
        chosen.add(name)
        pending += [u for u in helpers.uses[name] if u in helpers.definitions]
    sources = [text for name, text in helpers.definitions.items() if name in chosen]
    mentioned = {u for name in chosen for u in helpers.uses[name]}
    return sources, mentioned
