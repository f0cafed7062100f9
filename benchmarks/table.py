"""The table of results, as text for the terminal and as markdown for the record."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .measure import Row, interval

PACKAGES = (
    "torch", "torchvision", "numpy", "lark", "ConfigSpace", "pyglove", "fvcore", "timm", "optuna",
)  # fmt: skip
HEADS = ("what", "ours", "against", "its time", "times faster", "95 %", "bar", "met")
_SIZES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def seconds(value: float | None) -> str:
    """A duration with three digits."""
    if value is None:
        return ""
    size, unit = next((u for u in _UNITS if value >= u[0]), _UNITS[-1])
    return f"{value / size:.3g} {unit}" if value / size < 1000 else f"{value / size:.0f} {unit}"


def size(value: float | None) -> str:
    """Bytes with three digits."""
    if value is None:
        return ""
    large = next((u for u in _SIZES if value >= u[0]), _SIZES[-1])
    return f"{value / large[0]:.3g} {large[1]}"


def cells(row: Row) -> tuple[str, ...]:
    """The columns of a row, as HEADS."""
    amount = size if row.unit == "B" else seconds
    bar, met = "", {True: "yes", False: "no", None: ""}[row.met]
    if row.at_most is not None:
        bar = f"≤ {amount(row.at_most)}"
    elif row.bar is not None:
        bar = f"≥ {row.bar:.3g}"
        if row.met is None and row.ratios:
            met = "open"
    spread = " … ".join(map(_ratio, interval(row.ratios))) if row.ratios else ""
    ratio = "" if row.ratio is None else _ratio(row.ratio)
    times = row.note if row.peer and row.theirs is None else amount(row.theirs)
    return (row.what, amount(row.ours), row.peer, times, ratio, spread, bar, met)


def _ratio(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def text(rows: Sequence[Row]) -> str:
    """The rows by group, as markdown tables with aligned columns."""
    return "\n\n".join(sections(rows).values()) + "\n"


def sections(rows: Sequence[Row]) -> dict[str, str]:
    """The table of each group, with its title."""
    parts: dict[str, str] = {}
    for group in dict.fromkeys(row.group for row in rows):
        mine = [row for row in rows if row.group == group]
        body = [HEADS, *(cells(row) for row in mine)]
        widths = [max(len(line[i]) for line in body) for i in range(len(HEADS))]
        lines = [_line(line, widths) for line in body]
        lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
        notes = dict.fromkeys(f"{r.what}: {r.note}." for r in mine if r.note and r.ratios)
        parts[group] = "\n".join([f"## {group}", "", *lines, *("\n" + note for note in notes)])
    return parts


def _line(line: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"


def machine() -> list[str]:
    """What the figures depend on: processor, threads and versions."""
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return [f"{_processor()}, {os.cpu_count()} cores; one torch thread; {platform.system()}.",
            ", ".join(found) + "."]  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def record(rows: Sequence[Row], command: str, rounds: int, path: Path) -> None:
    """Write the file of results; groups that were not measured stay as they are in it."""
    found = _recorded(path.read_text(encoding="utf-8")) if path.exists() else {}
    for group, table in sections(rows).items():
        found[group] = f"{table}\n\nRecorded by `{command}`: {rounds} rounds or more."
    text = "\n\n".join(["\n".join(_preface()), *found.values()]) + "\n"
    path.write_text(text, encoding="utf-8")


def _recorded(text: str) -> dict[str, str]:
    """The sections of a file of results."""
    parts = text.split("\n## ")[1:]
    return {part.split("\n", 1)[0]: "## " + part.strip() for part in parts}


def _preface() -> Iterable[str]:
    return (
        "# Results", "", "Written by `python -m benchmarks --record`, in parts where it is said below.",
        "", *machine(), "",
        "CPU time of the process for one operation, medians of rounds in which all of them take turns.",
        "“Times faster” is their time over ours within a round: the median, and its 95 % confidence",
        "interval. Above 1 ours is faster; a bar below 1 says how much slower it may be. A bar is met if the",
        "whole interval is above it, or, where equals run the same kernels, above it less 1 %; it is not if",
        "the interval is below it; else it is open, and takes a quieter machine or more rounds. (A table with",
        "the whole range of the ratios is of an earlier run, and compares the median with the bar.)",
    )  # fmt: skip
