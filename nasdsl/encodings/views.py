"""Views: a genotype as a text of an encoding, and the genotype that a text is of.

`encode NAME = EXPR` says what value of the encoding a genotype has. Printing computes it; reading
matches it with the value of the text, and so finds the decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nasdsl import syntax as s
from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean, fail
from nasdsl.genotype import Genotype
from nasdsl.limits import deep_recursion
from nasdsl.spans import Span

from .decisions import Decisions
from .encoding import Encoding
from .literals import show
from .matching import Matcher, Miss, Node, Shift, Where, described
from .patterns import NoDecision
from .switches import Unspeakable
from .unroll import Unroller

if TYPE_CHECKING:
    from nasdsl.space import Space

MAX_SOLUTIONS = 1_000


class Views:
    """The views of one space."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.items: dict[str, s.Encode] = {}
        for program in space.programs:
            self.items |= {i.name: i for i in program.items if isinstance(i, s.Encode)}
        self._views: dict[str, View] = {}
        self._decisions = Decisions(space)

    def __getitem__(self, name: str) -> View:
        """The view of an encoding. Raises NasError."""
        if name not in self._views:
            self._views[name] = self._make(name)
        return self._views[name]

    def _make(self, name: str) -> View:
        item = self.items.get(name)
        if item is None:
            help = did_you_mean(name, list(self.items))
            known = ", ".join(self.items)
            help = help or (f"it has {known}" if known else "write `encode NAME = …` in its file")
            raise fail("NAS084", f"`{self.space.name}` has no view `{name}`", help=help)
        outline = self.space.outline
        encoding = outline.coders.get(name)
        if not isinstance(encoding, Encoding):
            help = did_you_mean(name, list(outline.coders)) or "import the file that declares it"
            raise fail("NAS084", f"there is no encoding `{name}`", item.span, help=help)
        unroller = Unroller(self._decisions, self.space.params, outline)
        try:
            with deep_recursion():
                node = unroller.node(item.value, {})
        except NoDecision as error:
            raise unknown(error, self._decisions) from None
        return View(self.space, encoding, node, self._decisions)


class View:
    """One `encode` of a space at work."""

    def __init__(self, space: Space, encoding: Encoding, node: Node, decisions: Decisions) -> None:
        self.space, self.encoding, self.node, self.decisions = space, encoding, node, decisions

    # -------------------------------------------------------------- to text

    def encode(self, genotype: Genotype) -> str:
        """The text of a genotype. Raises NasError if it is none of the space."""
        return self.encoding.encode(self.value(genotype))

    def value(self, genotype: Genotype) -> Any:
        """The value of a genotype in the encoding."""
        return self._value(self._settled(genotype))

    def _settled(self, genotype: Genotype) -> dict[str, Any]:
        """The decisions of a genotype, by path."""
        return {
            path: self.decisions.options(var.domain).value(index)
            for path, var, index in self.space.places(genotype)
        }

    def _value(self, settled: Mapping[str, Any]) -> Any:
        try:
            with deep_recursion():
                return self.node.get(settled)
        except NoDecision as error:
            raise unknown(error, self.decisions) from None
        except Unspeakable as error:
            value, path = error.args
            message = (
                f"`{self.encoding.name}` has no word for {show(value)}, which `{path}` is here"
            )
            raise fail("NAS085", message) from None
        except KeyError as error:
            message = f"`{self.encoding.name}` reads the decision `{error.args[0]}`, which this genotype has not"
            raise fail("NAS085", message, help="ask first for what it depends on") from None

    # -------------------------------------------------------------- from text

    def decode(self, text: str) -> Genotype:
        """The genotype that a text is of. Raises NasError at the place where it is none of the space."""
        return self.member(self.encoding.decode(text), text)

    def member(self, value: Any, text: str | None = None) -> Genotype:
        """The genotype of a value; `text` is where it was read."""
        matcher = Matcher()
        first: NasError | None = None
        with deep_recursion():
            solutions = matcher.solutions(self.node, value)
            for i, _ in enumerate(solutions):
                found = self._genotype(matcher, value, text)
                if isinstance(found, Genotype):
                    return found
                first = first or found
                if i > MAX_SOLUTIONS:
                    break
        raise first or self._no_member(matcher.miss, text)

    def _genotype(self, m: Matcher, value: Any, text: str | None) -> Genotype | NasError:
        """The genotype of the decisions found, if they can be taken together and give the value."""
        genotype = self.space.genotype(
            {path: self._index(path, v) for path, v in m.values.items() if isinstance(path, str)}
        )
        settled = self._settled(genotype)
        for path, found in m.values.items():
            if isinstance(path, str) and settled.get(path, m) != found:
                return self._excluded(path, m, text)
        again = self._value(settled)
        if again != value and not any(True for _ in Matcher(settled).solutions(self.node, value)):
            return self._error(
                None, f"this is not what any genotype of `{self.space.name}` would be", text
            )
        return genotype

    def _index(self, path: str, value: Any) -> int | float:
        """The option that a value is; of a decision with several forms, of the first that has it."""
        for options in self.decisions.at(path):
            try:
                return options.index(value)
            except KeyError:
                continue
        raise AssertionError(path)

    def _excluded(self, path: str, m: Matcher, text: str | None) -> NasError:
        message = (
            f"`{self.space.name}` has no such genotype: `{path}` cannot be {show(m.values[path])}"
            " with the rest"
        )
        return self._error(m.origin.get(path), message, text,
                           help="a requirement excludes it, or another decision leaves it out")  # fmt: skip

    def _no_member(self, miss: Miss, text: str | None) -> NasError:
        wanted = miss.wanted
        listed = " or ".join([", ".join(wanted[:-1]), wanted[-1]] if len(wanted) > 1 else wanted)
        message = f"{described(miss.found)} is not in `{self.space.name}`"
        if listed:
            message = f"{described(miss.found)} where {listed} should stand in `{self.space.name}`"
        notes = ((f"this is the decision `{miss.path}`", None),) if miss.path else ()
        near = did_you_mean(str(miss.found), [w.strip("'\"") for w in wanted])
        return self._error(miss.where, message, text, notes, near)

    def _error(
        self,
        where: Where,
        message: str,
        text: str | None,
        notes: tuple[tuple[str, Span | None], ...] = (),
        help: str = "",
    ) -> NasError:
        keys = tuple(reversed(list(_keys(where))))
        span = None if text is None else self.encoding.place(text, keys)
        if span is None and keys:
            message += (
                " (at " + "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in keys) + ")"
            )
        return NasError(Diagnostic("NAS086", message, span, notes=notes, help=help))


def unknown(error: NoDecision, decisions: Decisions) -> NasError:
    """The message about a path that names no decision."""
    help = did_you_mean(error.path, decisions.paths())
    help = help or "`nasdsl info` lists the decisions of a space"
    return fail("NAS080", f"there is no decision `{error.path}`", error.span, help=help)


def _keys(where: Where) -> Iterator[str | int]:
    """The fields and indices of a place, innermost first."""
    last: str | int | None = None
    while where is not None:
        where, key = where
        if isinstance(key, Shift):
            last = last + key if isinstance(last, int) else last
            continue
        if last is not None:
            yield last
        last = key
    if last is not None:
        yield last
