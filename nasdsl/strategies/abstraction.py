"""What a tabular learner sees of a space: the state in which each choice is made.

A state is always of one kind of decision: the decision's path without the indices of loops and
copies, recursion folded (`rest=pool/rest=conv/conv_relu/k` is `rest=conv/conv_relu/k`). What else
belongs to it is declared as a list of features:

    kind             nothing else: all decisions of a kind share their values
    decision         the whole path: which of its kind it is
    position         the number of choices made so far
    options          which options are feasible here
    last             the choice before, with its kind; history(k): the last k choices
    all              every choice so far: nothing is shared, the state is a place in the tree
    value("name")    the latest choice of the decisions of that name
    count("name")    how many decisions of that name were made so far

A name is a kind or its last parts: `k` and `conv_relu/k` name `rest=conv/conv_relu/k`; `*` stands for
anything. The layers of MetaQNN's own space are described as in the paper (kind of layer, depth,
kernel, filters, size of the representation, which decides what is feasible) by
`state = [count(rest), value(rest), value(k), value(c), options]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean

if TYPE_CHECKING:
    from nasdsl.space import Space

    from .atoms import Atom

PLAIN = ("kind", "decision", "position", "options", "last", "all")
NAMED = ("value", "count")
MANY = 1000  # decisions among which a name is looked up


@lru_cache(maxsize=100_000)
def kind_of(key: str) -> str:
    """The kind of a decision or of an atom of it."""
    parts: dict[str, str] = {}  # by their names without labels, in order
    for part in key.split("/"):
        plain = re.sub(r"\[[^\]]*\]|#\d+", "", part)
        name = plain.partition("=")[0]
        if name in parts:  # recursion: what lies between is the way there
            while parts.popitem()[0] != name:
                pass
        parts[name] = plain
    return "/".join(parts.values())


def feature(value: object) -> str:
    """One feature as text, from a name or from a call as nasdsl.configure.plain gives it.

    Raises ValueError with what is wrong.
    """
    match value:
        case {"name": str(name), "args": [argument], "kwargs": {}}:
            return feature(f"{name}({argument})")
        case str(text) if "(" not in text:
            if text in PLAIN:
                return text
            raise ValueError(_unknown(text))
        case str(text):
            return _call(text)
    raise ValueError(f"a feature of the state is a name or a call such as history(2), not {value}")


def _call(text: str) -> str:
    name, _, rest = text.partition("(")
    argument = rest.removesuffix(")").strip("\"' ")
    if name == "history":
        if not (argument.isdecimal() and int(argument) >= 1):
            raise ValueError(f"history takes a number of choices of at least 1, not `{argument}`")
        return f"history({int(argument)})"
    if name in NAMED and rest.endswith(")") and argument:
        return f"{name}({argument})"
    raise ValueError(_unknown(name))


def _unknown(name: str) -> str:
    calls = {"history": "history(2)", **{n: f'{n}("…")' for n in NAMED}}
    if name in calls:
        return f"`{name}` takes an argument: {calls[name]}"
    known = [*PLAIN, *calls.values()]
    near = did_you_mean(name, [*PLAIN, *calls])
    return f"there is no feature `{name}` of a state; " + (near or f"there are {', '.join(known)}")


def check_names(features: Sequence[str], space: Space) -> None:
    """Raises NAS329 for a name that is no decision of the space."""
    wanted = [_argument(f) for f in features if f.startswith(NAMED)]
    if not wanted:
        return
    kinds = list(dict.fromkeys(kind_of(path) for path, _ in space.all_decisions(MANY)))
    for name in wanted:
        if len(kinds) < MANY and not any(_is_named(kind, name) for kind in kinds):
            ends = dict.fromkeys(k for kind in kinds for k in (kind, kind.rpartition("/")[2]))
            message = f"space `{space.name}` has no decision `{name}`"
            shown = ", ".join(f"`{kind}`" for kind in kinds[:12]) + (" …" if kinds[12:] else "")
            help = did_you_mean(name, list(ends)) or f"its kinds of decisions are {shown}"
            raise NasError(Diagnostic("NAS329", message, help=help))


@lru_cache(maxsize=100_000)
def _is_named(kind: str, name: str) -> bool:
    return fnmatchcase(kind, name) or fnmatchcase(kind, f"*/{name}")


def _argument(text: str) -> str:
    return text.partition("(")[2][:-1]


class Observer:
    """The states of one walk: `state` before each choice, `took` after it."""

    def __init__(self, features: Sequence[str]) -> None:
        self._features = features
        self._taken: list[tuple[str, int]] = []  # kind and option

    def took(self, atom: Atom, option: int) -> None:
        self._taken.append((kind_of(atom.key), option))

    def state(self, atom: Atom) -> str:
        """States that are equal have the same options, or parts of the same."""
        parts = [kind_of(atom.key), str(atom.count)]
        parts += [self._part(feature, atom) for feature in self._features]
        return "|".join(parts)

    def _part(self, feature: str, atom: Atom) -> str:
        taken = self._taken
        match feature:
            case "kind":
                return ""
            case "decision":
                return atom.key
            case "position":
                return str(len(taken))
            case "options":
                return ",".join(map(str, atom.options))
            case "last":
                return _shown(taken[-1:])
            case "all":
                return _shown(taken)
        name = _argument(feature)
        if feature.startswith("history"):
            return _shown(taken[-int(name) :])
        met = [option for kind, option in taken if _is_named(kind, name)]
        return str(len(met)) if feature.startswith("count") else str(met[-1:])


def _shown(taken: Sequence[tuple[str, int]]) -> str:
    return ",".join(f"{kind}={option}" for kind, option in taken)
