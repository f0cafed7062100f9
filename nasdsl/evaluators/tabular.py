"""Look metrics up in a table: CSV, CSV.gz or Parquet, one row a genotype.

The key of a genotype is its text, or its choices joined: `tabular("nb201.csv.gz", key = "code",
join = "")` finds the row whose `code` is "421211" for the choices 4, 2, 1, 2, 1, 1. `order` says
which decision each place of the key shows, `symbols` how each choice is spelt.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from nasdsl.configure import Config
from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean

from .base import Budget

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Row = Sequence[str]


class TabularConfig(Config):
    """`metrics` names columns, or "metric=column" to rename; left out, every numeric column."""

    file: str
    key: str = "genotype"
    metrics: tuple[str, ...] = ()
    join: str | None = None
    order: tuple[int, ...] = ()
    symbols: tuple[str, ...] = ()
    missing: Literal["error", "fail"] = "error"


class Tabular:
    """The table in memory. A genotype without a row ends the run, or fails its trial.

    Raises NasError: NAS330 no such file, NAS331 unreadable, NAS332 no such column,
    NAS333 not numbers, NAS334 no row for a genotype, NAS335 order or symbols do not fit.
    """

    Config = TabularConfig

    def __init__(self, config: TabularConfig, space: Space) -> None:
        self._config = config
        self._space = space
        self._path = find_file(config.file)
        header, rows = read_table(self._path)
        key = _column(header, config.key, self._path)
        self._metrics, columns = _metric_columns(config, header, rows, key, self._path)
        self._rows = {row[key]: tuple([row[c] for c in columns]) for row in rows}

    @property
    def metrics(self) -> tuple[str, ...]:
        return self._metrics

    def __len__(self) -> int:
        return len(self._rows)

    def evaluate(
        self, genotype: Genotype, architecture: Architecture, *, seed: int, budget: Budget
    ) -> dict[str, float]:
        """The row of the genotype; empty cells are left out."""
        return self.look_up(genotype)

    def look_up(self, genotype: Genotype) -> dict[str, float]:
        key = self.key(genotype)
        row = self._rows.get(key)
        if row is None:
            return self._missing(key)
        pairs = zip(self._metrics, row, strict=True)
        return {name: float(cell) for name, cell in pairs if cell not in _EMPTY}

    def key(self, genotype: Genotype) -> str:
        config = self._config
        if config.join is None and not config.order and not config.symbols:
            text: str = self._space.text(genotype)
            return text
        choices: tuple[int | float, ...] = genotype.choices
        try:
            picked = [choices[i] for i in config.order] if config.order else choices
            spelt = [config.symbols[int(c)] for c in picked] if config.symbols else map(str, picked)
        except IndexError:
            message = f"`order` or `symbols` does not fit the choices {choices}"
            help = f"this genotype has {len(choices)} decisions, counted from 0"
            raise NasError(Diagnostic("NAS335", message, help=help)) from None
        return (config.join or "").join(spelt)

    def _missing(self, key: str) -> dict[str, float]:
        message = f"{self._path.name} has no row with {self._config.key} = {key}"
        if self._config.missing == "fail":
            raise LookupError(message)
        example = next(iter(self._rows), "")
        help = f'its keys look like {example!r}; `missing = "fail"` records a failed trial instead'
        raise NasError(Diagnostic("NAS334", message, help=help))


_EMPTY = ("", "nan", "NaN", "None")


def find_file(name: str) -> Path:
    """A path as given, or below the folder that the variable NASDSL_DATA names."""
    path = Path(name).expanduser()
    root = os.environ.get("NASDSL_DATA")
    tried = [path, Path(root) / path] if root and not path.is_absolute() else [path]
    for candidate in tried:
        if candidate.is_file():
            return candidate.resolve()
    help = "give a path from the working folder, or set NASDSL_DATA to the folder of your tables"
    looked = " and ".join(str(p) for p in tried)
    raise NasError(Diagnostic("NAS330", f"there is no table {looked}", help=help))


def read_table(path: Path) -> tuple[list[str], list[Row]]:
    """The column names and the rows as text."""
    if path.suffix == ".parquet":
        return _read_parquet(path)
    try:
        with _open(path) as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            rows: list[Row] = [tuple(row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        message = f"{path} cannot be read as CSV: {error}"
        raise NasError(
            Diagnostic("NAS331", message, help="expected .csv, .csv.gz or .parquet")
        ) from error
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            message = f"{path.name}: row {number} has {len(row)} cells, the header {len(header)}"
            raise NasError(Diagnostic("NAS331", message))
    return header, rows


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", newline="", encoding="utf-8")
    return path.open(newline="", encoding="utf-8-sig")


def _read_parquet(path: Path) -> tuple[list[str], list[Row]]:
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        message = f"{path.name} is a Parquet file, and pyarrow is not installed"
        help = "pip install 'nasdsl[parquet]', or use a .csv.gz"
        raise NasError(Diagnostic("NAS331", message, help=help)) from None
    try:
        columns = parquet.read_table(path).to_pydict()
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read as Parquet: {error}"
        raise NasError(Diagnostic("NAS331", message)) from None
    cells = ["" if c is None else str(c) for values in columns.values() for c in values]
    height = len(cells) // max(1, len(columns))
    rows: list[Row] = [tuple(cells[i::height]) for i in range(height)]
    return list(columns), rows


def _column(header: Sequence[str], name: str, path: Path) -> int:
    if name in header:
        return header.index(name)
    help = did_you_mean(name, header) or f"its columns are {', '.join(header)}"
    raise NasError(Diagnostic("NAS332", f"{path.name} has no column `{name}`", help=help))


def _metric_columns(
    config: TabularConfig, header: Sequence[str], rows: Sequence[Row], key: int, path: Path
) -> tuple[tuple[str, ...], list[int]]:
    if not config.metrics:
        numeric = [c for c in range(len(header)) if c != key and _numeric(row[c] for row in rows)]
        return tuple(header[c] for c in numeric), numeric
    names: list[str] = []
    columns: list[int] = []
    for metric in config.metrics:
        name, _, column = metric.partition("=")
        index = _column(header, (column or name).strip(), path)
        if not _numeric(row[index] for row in rows):
            message = f"column `{header[index]}` of {path.name} does not hold numbers"
            raise NasError(Diagnostic("NAS333", message, help="a metric is a number"))
        names.append(name.strip())
        columns.append(index)
    return tuple(names), columns


def _numeric(cells: Iterable[str]) -> bool:
    try:
        values = [float(c) for c in cells if c not in _EMPTY]
    except ValueError:
        return False
    return bool(values)


def table_of(rows: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Write genotype texts with their metrics as a table that `tabular` reads."""
    names = sorted({name for metrics in rows.values() for name in metrics})
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["genotype", *names])
        for text, metrics in rows.items():
            writer.writerow([text, *(repr(metrics[n]) if n in metrics else "" for n in names)])
