"""Fenced blocks of the documents, and what their programs say of themselves.

A block marked `nas` is a whole program; the `text` block behind it names reports and shows them:

    ```text size decisions

Behind a declaration of an encoding, `text codes` holds lines `code  # value`, and `text mistake` a
code and what is said of it.

`pytest tests/test_docs.py --update-golden` writes the reports into the documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

from nasdsl.canonical import architecture_hash
from nasdsl.checks import check
from nasdsl.cli.common import read_sets
from nasdsl.costs import cost
from nasdsl.diagnostics import Diagnostic, NasError, render
from nasdsl.encodings import Encoding, encodings_of
from nasdsl.encodings.values import plain
from nasdsl.parser import parse_text
from nasdsl.printer import print_architecture
from nasdsl.space import Space, parse_space

ROOT = Path(__file__).parents[1]
NAME = "example.nas"
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words behind the fence, its text, and where its text is in the document."""

    info: tuple[str, ...]
    text: str
    line: int
    start: int
    end: int

    @property
    def kind(self) -> str:
        return self.info[0] if self.info else ""


_CODE_REPORTS = (("codes",), ("mistake",))


def blocks(document: str) -> list[Block]:
    """Every fenced block of a document, in order."""
    found = re.finditer(r"^( *)```([^\n]*)\n(.*?)^\1```$", document, re.MULTILINE | re.DOTALL)
    return [
        Block(
            tuple(m[2].split()),
            dedent(m[3]),
            document.count("\n", 0, m.start()) + 1,
            m.start(3),
            m.end(3),
        )
        for m in found
    ]


def examples(document: str) -> Iterator[tuple[Block, Block]]:
    """The programs with what stands behind them."""
    found = blocks(document)
    for i, block in enumerate(found):
        if block.info == ("nas",):
            assert i + 1 < len(found) and found[i + 1].kind == "text", (
                f"line {block.line}: no report"
            )
            yield block, found[i + 1]
            rest = takewhile(lambda b: b.info[1:] in _CODE_REPORTS, found[i + 2 :])
            yield from ((block, more) for more in rest)


def report(program: str, wanted: tuple[str, ...], shown: str = "") -> str:
    """What the named reports say of a program, a line feed at the end of each.

    shown: the block as it stands, which holds the texts that reports of encodings are about.
    """
    if wanted in _CODE_REPORTS:
        (encoding,) = encodings_of([parse_text(program, NAME)]).values()
        return _CODES[wanted[0]](encoding, shown)
    names = [w for w in wanted if not w.startswith("set=")]
    values = read_sets([w.removeprefix("set=") for w in wanted if w not in names])
    if names == ["check"]:
        return "\n\n".join(shown for _, shown in mistakes(program)) + "\n"
    space = parse_space(program, NAME, values)
    return "".join(_one(space, name) for name in names)


def mistakes(program: str) -> list[tuple[Diagnostic, str]]:
    """The mistakes of a program, and how they are shown."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        path.write_text(program, encoding="utf-8")
        return [(d, render(d).replace(f"{folder}/", "")) for d in check(path)]


def _one(space: Space, word: str) -> str:
    name, _, argument = word.partition("=")
    return _REPORTS[name](space, argument)


def _size(space: Space, _: str) -> str:
    return f"size {space.size if space.size is not None else 'not finite'}\n"


def _decisions(space: Space, _: str) -> str:
    lines = [f"{path}: {domain}" for path, domain in space.all_decisions()]
    return "\n".join(lines or ["no decisions"]) + "\n"


def _points(space: Space, count: str) -> str:
    """Rank and decisions, of the first architectures or of all."""
    lines = []
    for genotype in space.enumerate(0, int(count) if count else SHOWN):
        shown = ", ".join(map(str, space.decisions(genotype)))
        lines.append(f"{space.rank(genotype)}: {shown or 'no decisions'}")
    return "\n".join(lines) + "\n"


def _texts(space: Space, count: str) -> str:
    """The first genotypes in the notations that the space speaks; each text is read back."""
    lines = []
    for genotype in space.enumerate(0, int(count) if count else SHOWN):
        for name in space.encodings:
            text = space.encode(genotype, name)
            assert space.decode(text, name) == genotype
            lines.append(f"{space.rank(genotype)}: {text}")
    return "\n".join(lines) + "\n"


def _architectures(space: Space, _: str) -> str:
    return f"architectures {len({architecture_hash(space.build(g)) for g in space.enumerate()})}\n"


def _cost(space: Space, rank: str) -> str:
    found = [cost(space.build(g)) for g in _chosen(space, rank)]
    parts = []
    for name in ("params", "macs", "activations", "depth"):
        values = [getattr(c, name) for c in found]
        low, high = min(values), max(values)
        parts.append(f"{name} {low}" + (f"..{high}" if high != low else ""))
    return ", ".join(parts) + "\n"


def _chosen(space: Space, rank: str) -> Iterator[object]:
    return iter([space.unrank(int(rank))]) if rank else space.enumerate()


def _network(space: Space, rank: str) -> str:
    return print_architecture(space.build(space.unrank(int(rank or 0))))


def _genotype(space: Space, rank: str) -> str:
    return space.text(space.unrank(int(rank or 0))) + "\n"


def _feasible(space: Space, _: str) -> str:
    found = [space.rank(g) for g in space.enumerate() if space.feasible(g)]
    return f"feasible {len(found)} of {space.size}: {', '.join(map(str, found))}\n"


def _codes(encoding: Encoding, shown: str) -> str:
    """Texts with their values, those of Python as JSON; every text is printed as it was read."""
    texts = [line.split("  #")[0].rstrip() for line in shown.splitlines()]
    width = max(map(len, texts))
    rows = []
    for text in texts:
        value = encoding.decode(text)
        assert encoding.decode(encoding.encode(value)) == value
        rows.append(f"{text:<{width}}  # {json.dumps(plain(value))}\n")
    return "".join(rows)


def _mistake(encoding: Encoding, shown: str) -> str:
    text = shown.split("\n")[0]
    try:
        value = encoding.decode(text)
    except NasError as error:
        return f"{text}\n{error}\n"
    raise AssertionError(f"{text} is {value}")


_CODES: Mapping[str, Callable[[Encoding, str], str]] = {"codes": _codes, "mistake": _mistake}
_REPORTS: Mapping[str, Callable[[Space, str], str]] = {
    "size": _size, "decisions": _decisions, "points": _points, "texts": _texts, "architectures": _architectures,
    "cost": _cost, "network": _network, "genotype": _genotype, "feasible": _feasible,
}  # fmt: skip
