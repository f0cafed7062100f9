"""What commands share: finding and loading a space, picking a genotype, options, output."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

F = TypeVar("F", bound=Callable[..., Any])

file_argument = click.argument("file", metavar="FILE")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
seed_option = click.option("--seed", type=int, help="Seed of all random choices.")
set_option = click.option(
    "--set", "sets", multiple=True, metavar="NAME=VALUE", help="Override a param of the space."
)


def genotype_options(command: F) -> F:
    """--genotype and --rank, one of which picks an architecture."""
    rank = click.option("--rank", type=int, help="The architecture of this rank, from 0.")
    text = click.option("--genotype", metavar="TEXT", help="As `nasdsl sample` prints it.")
    return text(rank(command))


def find_space(name: str) -> str:
    """The path of a .nas file, or of a shipped space by its name.

    NasErrors: NAS550 a folder, NAS551 no such file or space, NAS552 not a .nas file.
    """
    if os.path.isdir(name):
        inside = spaces_in(name)[:5]
        help = f"it holds {', '.join(inside)}" if inside else "name a .nas file"
        raise NasError(Diagnostic("NAS550", f"{name} is a folder", help=help))
    stem, suffix = os.path.splitext(name)
    if os.path.exists(name):
        if suffix == ".nas":
            return name
        twin = stem + ".nas"
        help = (
            f"did you mean {twin}?" if os.path.isfile(twin) else "spaces are in files named *.nas"
        )
        raise NasError(Diagnostic("NAS552", f"{name} is not a .nas file", help=help))
    shipped = shipped_programs()
    folder = os.path.dirname(name)
    plain = os.path.basename(name).removesuffix(".nas")
    found = shipped.get(plain) if folder in ("", ".") else None
    if found is not None:
        return found
    near = [os.path.join(folder, file) for file in spaces_in(folder or ".")]
    help = did_you_mean(name, near + list(shipped)) or "`nasdsl spaces` lists the shipped ones"
    raise NasError(Diagnostic("NAS551", f"there is no file {name}", help=help))


def spaces_in(folder: str) -> list[str]:
    """The names of the .nas files of a folder, none if it cannot be read."""
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(".nas"))
    except OSError:
        return []


def shipped_spaces() -> dict[str, str]:
    """The paths of the search spaces that come with nasdsl, by name."""
    programs = shipped_programs()
    return {name: path for name, path in programs.items() if not name.startswith("code_")}


def shipped_programs() -> dict[str, str]:
    """Those, and the programs that read texts of encodings; libraries of motifs are left out."""
    from nasdsl.source import shipped

    names = {name.removesuffix(".nas"): path for name, path in shipped().items()}
    return {name: path for name, path in names.items() if not name.startswith("lib_")}


def load_space(name: str, sets: Sequence[str] = ()) -> Space:
    """The space of a FILE argument, with its --set options."""
    from nasdsl import load

    path = find_space(name)
    space: Space = load(path, set=read_sets(sets, _typed(path) if sets else ()))
    return space


def _typed(path: str) -> Collection[str]:
    """The parameters of a file that hold texts of encodings."""
    from nasdsl.codes import typed
    from nasdsl.source import load

    return typed(load(path))


def read_sets(
    sets: Sequence[str], typed: Collection[str] = ()
) -> dict[str, int | float | bool | str]:
    """The values of --set options, for `typed` parameters the text itself, or that of @FILE.

    NAS553 if an option is not name=value.
    """
    found: dict[str, int | float | bool | str] = {}
    for text in sets:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not re.fullmatch(r"[A-Za-z_]\w*", name):
            help = (
                f"`{name}` is not the name of a parameter of a space; the search has options of its own: "
                "`nasdsl search --help`"
                if equals and name
                else "write --set name=value, without blanks"
            )
            raise NasError(Diagnostic("NAS553", f"--set {text} sets nothing", help=help))
        found[name] = _read_text(name, value) if name in typed else read_value(value.strip())
    return found


def _read_text(name: str, value: str) -> str:
    """A text, or with `@` before it the file that holds it."""
    from nasdsl.codes import CodeText

    if not value.startswith("@"):
        return CodeText(value, f"--set {name}")
    from nasdsl.source import load_source

    source = load_source(value[1:])
    return CodeText(source.text.rstrip(), source.name)


def read_value(text: str) -> int | float | bool | str:
    """A number as in a .nas file (5M, 1e-3), true, false, or else the text itself."""
    from nasdsl.syntax import Number

    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?(\d+\.\d+([eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+)[KMG]?", text):
        value = Number(text.removeprefix("-")).value
        return -value if text.startswith("-") else value
    return text


def pick(space: Space, genotype: str | None, rank: int | None) -> Genotype:
    """The genotype of --genotype or --rank; of a space without choices, the only one (NAS554)."""
    if genotype is not None and rank is not None:
        raise click.UsageError("give --genotype or --rank, not both")
    if genotype is not None:
        return space.read(genotype.strip())
    if rank is None and space.size == 1:
        rank = 0
    if rank is None:
        message = f"space `{space.name}` has more than one architecture"
        help = "name one with --genotype (`nasdsl sample` draws some) or with --rank"
        raise NasError(Diagnostic("NAS554", message, help=help))
    if space.size is None or not 0 <= rank < space.size:
        size = "no ranks: it has ranges of real numbers" if space.size is None else space.size
        message = f"there is no rank {rank} in space `{space.name}`"
        help = (
            f"its size is {size_text(space.size)}, counted from 0"
            if space.size
            else f"it has {size}"
        )
        raise NasError(Diagnostic("NAS554", message, help=help))
    return space.unrank(rank)


def costs(architecture: Architecture) -> dict[str, int]:
    """The analytical cost by name."""
    from nasdsl.costs import cost

    found = cost(architecture)
    names = ("params", "macs", "activations", "depth")
    return {name: getattr(found, name) for name in names}


def human(number: float | None) -> str:
    """A count in three figures: 1.23M."""
    if number is None:
        return "-"
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "K")):
        if abs(number) >= scale:
            return f"{number / scale:.3g}{letter}"
    return f"{number:g}"


def size_text(size: int | None) -> str:
    """A size as people read it: with commas, and its magnitude if it is large."""
    if size is None:
        return "uncountable (it has ranges of real numbers)"
    if size < 10**9:
        return f"{size:,}"
    power = int((size.bit_length() - 1) * math.log10(2))  # its digits are never all needed
    power += size >= 10 ** (power + 1)
    lead = round(size / 10 ** (power - 2)) if power < 300 else size // 10 ** (power - 2)
    if lead == 1000:
        lead, power = 100, power + 1
    about = f"{lead // 100}.{lead % 100:02}e{power}"
    return f"{size:,} (about {about})" if power < 30 else f"about {about}"


def echo_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))
