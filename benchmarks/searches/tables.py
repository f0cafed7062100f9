"""The published tables, row by row of the space that they are about.

The text of every member in the table's notation, and its cost, are found once and kept under build/,
as they take minutes: the spaces count and encode the members, the tables only lend the figures.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nasdsl import load
from nasdsl.costs import cost

from ..checkout import ROOT, space

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

DATA = Path(os.environ.get("NASDSL_DATA") or ROOT.parent / "shared" / "data")
KEPT = ROOT / "build" / "benchmarks"
MEASURED = "params", "macs", "activations", "depth"
#: The file of each space, below the folder of data.
FILES: Mapping[str, str] = {
    "nasbench201": "nb201/nb201.csv.gz",
    "nasbench_macro": "nas_bench_macro/nas_bench_macro_cifar10.csv.gz",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A space of which everything is known: columns of figures by rank."""

    space: Space
    columns: Mapping[str, Sequence[float]]
    costs: Sequence[Mapping[str, float]]
    ranks: Mapping[tuple[int | float, ...], int]

    def rank(self, genotype: Genotype) -> int:
        return self.ranks[genotype.choices]


def available(name: str) -> bool:
    """Whether the table of a problem is on this machine."""
    return (DATA / next(FILES[of] for of in FILES if name.startswith(of))).is_file()


def table(name: str) -> Table:
    """The table of a space; its texts are the keys `arch` of the file."""
    found = space(name)
    members = _members(name, found)
    with gzip.open(DATA / FILES[name], "rt", newline="", encoding="utf-8") as stream:
        rows = {row["arch"]: row for row in csv.DictReader(stream)}
    ordered = [rows[text] for text in members["texts"]]
    numeric = [head for head, cell in ordered[0].items() if _number(cell)]
    columns = {head: [float(row[head]) for row in ordered] for head in numeric if head != "arch"}
    costs = [dict(zip(MEASURED, cells, strict=True)) for cells in members["costs"]]
    ranks = {genotype.choices: rank for rank, genotype in enumerate(found.enumerate())}
    return Table(found, columns, costs, ranks)


def sizes() -> Table:
    """NAS-Bench-Macro in a space whose layers have sizes: the same members in the same order."""
    found = load(Path(__file__).with_name("macro_sizes.nas"))
    return replace(table("nasbench_macro"), space=found)


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _members(name: str, found: Space) -> dict[str, list[list[float]]]:
    """Text and cost of every member, by rank."""
    kept = KEPT / f"{name}-{found.hash[:16]}.json"
    if not kept.is_file():
        texts, costs = [], []
        for genotype in found.enumerate():
            texts.append(found.encode(genotype, name))
            measured = cost(found.build(genotype))
            costs.append([getattr(measured, metric) for metric in MEASURED])
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({"texts": texts, "costs": costs}), encoding="utf-8")
    members: dict[str, list[list[float]]] = json.loads(kept.read_text(encoding="utf-8"))
    return members
