"""`nasdsl info`."""

from __future__ import annotations

import math
import random
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from nasdsl.diagnostics import NasError

from .common import (
    costs,
    echo_json,
    file_argument,
    human,
    json_option,
    load_space,
    seed_option,
    set_option,
    size_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

SHOWN = 30
SAMPLES = 50  # unless it is said how many
LOOKED_AT = 40_000  # decisions of samples, unless it is said how many samples


@click.command()
@file_argument
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    help=f"For the cost range; {SAMPLES} if left out, fewer of large networks.",
)
@click.option("--all", "show_all", is_flag=True, help="List every decision.")
@seed_option
@set_option
@json_option
def info(
    file: str,
    samples: int | None,
    show_all: bool,
    seed: int | None,
    sets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Size, decisions and cost range of a space.

    Decisions and costs are those of a small space's architectures, all of them, or of samples.
    """
    space = load_space(file, sets)
    found = survey(space, samples, seed or 0)
    if as_json:
        echo_json(found)
        return
    click.echo(f"space       {space.name} ({space.hash[:8]})")
    click.echo(f"size        {size_text(space.size)}")
    low, high = found["decisions_per_genotype"]
    click.echo(f"decisions   {low}" + (f" to {high}" if high != low else "") + " per architecture")
    plural = "" if found["samples"] == 1 else "s"
    of = "all" if found["exact"] else f"of {found['samples']} sample{plural}"
    for name, (least, most) in found["cost"].items():
        low, high = found["bounds"].get(name, (0, None))
        bounds = "" if high is None else f"; none outside {human(low)} to {human(high)}"
        click.echo(f"{name:<11} {human(least)} to {human(most)} ({of}{bounds})")
    if space.unproven:
        click.echo(
            f"unproven    the shapes at {space.unproven} operators depend on too many decisions at once: "
            "a mistake in a few combinations shows only when one is built"
        )
    print_decisions(found["decisions"], show_all)


def survey(space: Space, samples: int | None, seed: int) -> dict[str, Any]:
    """What can be said of a space: exactly if it has at most so many members as samples."""
    most = samples or SAMPLES
    exact = space.size is not None and space.size <= most
    genotypes = _some(space, most, seed, exact)
    ranges: dict[str, tuple[int, int]] = {}
    decisions: dict[str, dict[str, Any]] = {}
    lengths: list[int] = []
    for genotype in genotypes:
        if samples is None and not exact and sum(lengths) >= LOOKED_AT:
            break
        taken = space.decisions(genotype)
        lengths.append(len(taken))
        for decision in taken:
            record = decisions.setdefault(decision.path, _record(decision.domain))
            record["active"] += 1
        for name, value in costs(space.build(genotype)).items():
            least, most = ranges.get(name, (value, value))
            ranges[name] = min(least, value), max(most, value)
    for record in decisions.values():
        record["active"] /= len(lengths)
    return {
        "space": space.name,
        "hash": space.hash,
        "size": space.size,
        "exact": exact,
        "samples": len(lengths),
        "decisions_per_genotype": [min(lengths), max(lengths)],
        "cost": ranges,
        "bounds": bounds(space),
        "unproven": space.unproven,
        "decisions": decisions,
    }


def bounds(space: Space) -> dict[str, tuple[int, int]]:
    """What no architecture of the space goes below or above, where that is known."""
    names = ("params", "macs", "activations", "depth")
    found = {name: getattr(space.cost_range, name) for name in names}
    return {n: (low, int(high)) for n, (low, high) in found.items() if math.isfinite(high)}


def _some(space: Space, samples: int, seed: int, exact: bool) -> Iterator[Genotype]:
    if exact:
        feasible = [g for g in islice(space.enumerate(), samples) if space.feasible(g)]
        if feasible:
            yield from feasible
            return
    rng = random.Random(seed)
    draw = space.sample_feasible
    for _ in range(samples):
        try:
            yield draw(rng)
        except NasError:
            draw = space.sample
            yield draw(rng)


def _record(domain: Any) -> dict[str, Any]:
    return {"domain": domain_text(domain), "size": domain.size, "active": 0}


def domain_text(domain: Any) -> str:
    """A domain in words: its kind and its options."""
    if domain.kind == "float":
        return f"{domain.low:g}..{domain.high:g}" + (" log" if domain.log else "")
    if domain.kind == "bit":
        return "bit"
    labels = (
        domain.labels if len(domain.labels) <= 8 else (*domain.labels[:6], "…", domain.labels[-1])
    )
    inside = ", ".join(map(str, labels))
    head = {"one": "one of", "permutation": "permutation of"}.get(domain.kind)
    return f"{head or f'pick {domain.count} of'} {inside}"


def print_decisions(decisions: dict[str, dict[str, Any]], show_all: bool) -> None:
    click.echo()
    shown = list(decisions.items())
    for path, record in shown if show_all else shown[:SHOWN]:
        sometimes = "" if record["active"] == 1 else f"  (in {record['active']:.0%})"
        click.echo(f"  {path:<28} {record['domain']}{sometimes}")
    if len(shown) > SHOWN and not show_all:
        click.echo(f"  … and {len(shown) - SHOWN} more (--all lists them)")
