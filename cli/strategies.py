"""`nasdsl strategies`."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.strategies import Entry, entries, entry

from .common import (
    echo_json,
    find_space,
    json_option,
    load_space,
    set_option,
    shipped_spaces,
    size_text,
)

if TYPE_CHECKING:
    from nasdsl.space import Space
    from nasdsl.strategies.needs import Fit


@click.command()
@click.argument("name", required=False, metavar="[NAME|FILE]")
@set_option
@json_option
def strategies(name: str | None, sets: tuple[str, ...], as_json: bool) -> None:
    """List the strategies, show the options of one, or tell which can search a space."""
    known = entries()
    if name is None:
        if as_json:
            echo_json([record(n) for n in known])
        else:
            print_families(known)
    elif name in known:
        show(name, as_json)
    else:
        tell(find(name, sets), as_json)


def find(name: str, sets: Sequence[str]) -> Space:
    """The space of a file, or a mistake that knows of strategies as well."""
    try:
        find_space(name)
    except NasError as error:
        if error.diagnostics[0].code != "NAS551":
            raise
        message = f"there is no strategy and no file {name}"
        help = did_you_mean(name, [*entries(), *shipped_spaces()])
        help = help or "`nasdsl strategies` lists the strategies, `nasdsl spaces` the spaces"
        raise NasError(Diagnostic("NAS551", message, help=help)) from None
    return load_space(name, sets)


def print_families(known: Mapping[str, Entry]) -> None:
    """All strategies, those of a kind together."""
    for place, family in enumerate(dict.fromkeys(e.family for e in known.values())):
        members = {name: e for name, e in known.items() if e.family == family}
        extras = {e.extra for e in members.values()}
        common = extras.pop() if len(extras) == 1 else ""
        click.echo(f"{chr(10) if place else ''}{family}{wants(common)}:")
        rows = [
            (f"  {name}", f"{e.use} ({e.paper})" + wants("" if common else e.extra))
            for name, e in members.items()
        ]
        print_rows(rows, width=max(map(len, known)) + 2)


def record(name: str) -> dict[str, Any]:
    """What is known of a strategy without importing it."""
    known = entry(name)
    return {
        "name": name,
        "family": known.family,
        "paper": known.paper,
        "use": known.use,
        "needs": list(known.needs),
        "extra": known.extra or None,
        "several_objectives": known.several,
    }


def wants(extra: str) -> str:
    return f"; pip install 'nasdsl[{extra}]'" if extra else ""


def show(name: str, as_json: bool) -> None:
    """A strategy with its options."""
    from nasdsl.strategies.describe import knobs, schema, summary

    if as_json:
        echo_json({**record(name), "summary": summary(name), "options": schema(name)})
        return
    known = entry(name)
    click.echo(f"{name}: {summary(name)}\n")
    click.echo(f"paper  {known.paper}")
    click.echo(f"take   {known.use}{wants(known.extra)}")
    if name in shipped_spaces():
        click.echo(f"space  `nasdsl strategies {name}.nas` tells which can search the space {name}")
    options = knobs(name)
    if not options:
        click.echo("\nIt has no options.")
        return
    click.echo(f"\nsearch {{ strategy = {name}({options[0].name} = …) }}\n")
    rows = [(o.name, o.type, o.default or "needed", o.description) for o in options]
    print_rows([("option", "type", "default", ""), *rows])


def tell(space: Space, as_json: bool) -> None:
    """Which strategies can search a space."""
    from nasdsl.strategies.needs import report

    fits = report(space)
    if as_json:
        rows = [
            {**record(f.strategy), "fits": not f.obstacles, "obstacles": list(f.obstacles),
             "cautions": list(f.cautions)}
            for f in fits
        ]  # fmt: skip
        size = space.size
        echo_json({"space": space.name, "size": size, "strategies": rows})
        return
    click.echo(f"{space.name}: {size_text(space.size)}\n")
    print_rows([(word(fit), fit.strategy, why(fit)) for fit in fits])


def word(fit: Fit) -> str:
    return "no" if fit.obstacles else "but" if fit.cautions else "yes"


def why(fit: Fit) -> str:
    return "; ".join(fit.obstacles or fit.cautions) or entry(fit.strategy).use


def print_rows(rows: Sequence[tuple[str, ...]], *, width: int = 0) -> None:
    """Columns, the first of a least width, the last of them folded to the width of the terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    widths[0] = max(width, widths[0])
    indent = sum(widths) + 2 * len(widths)
    room = max(30, shutil.get_terminal_size().columns - indent)
    for row in rows:
        head = "".join(f"{cell:<{width}}  " for cell, width in zip(row, widths, strict=False))
        lines = textwrap.wrap(row[-1], room) or [""]
        click.echo((head + lines[0]).rstrip())
        for line in lines[1:]:
            click.echo(" " * indent + line)
