"""`python -m benchmarks.studies`: every row, or those named."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks import checkout

from .cost import Cost
from .ours import CELLS, ours
from .page import HEAD, line, record
from .theirs import theirs

WORKERS = 1, 8, 32
Run = Callable[[], list[Cost]]


def runs(trials: list[int], few: int, most: int, url: str | None) -> Iterator[tuple[str, Run]]:
    """Every run by its name. few: of Optuna's slow storages. most: of its journal."""
    stores = [("SQLite", None)] + ([("PostgreSQL", url)] if url else [])
    yield "nasdsl, SQLite, NAS-Bench-201", partial(ours, min(trials), 1, None, CELLS)
    for store, server in stores:
        for workers in WORKERS:
            many = most if workers == 1 else few
            if server is None:
                name = f"Optuna, journal, {workers}"
                yield name, lambda n=many, w=workers: [theirs("journal", n, w)]
            name = f"Optuna, {store}, {workers}"
            yield name, lambda w=workers, s=server: [theirs("database", few, w, s)]
        for count in trials:
            for workers in WORKERS:
                name = f"nasdsl, {store}, {count}, {workers}"
                yield name, partial(ours, count, workers, server)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies", description=__doc__)
    parser.add_argument("--trials", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--few", type=int, default=320, help="trials of Optuna's slow storages")
    parser.add_argument("--most", type=int, default=10_000, help="trials of its journal")
    parser.add_argument("--store", help="a database of PostgreSQL, beside which others are made")
    parser.add_argument("--only", default="", metavar="TEXT", help="what has this in its name")
    parser.add_argument("--record", action="store_true", help="write STUDIES.md")
    given = parser.parse_args()
    checkout.prepare()
    print(HEAD)
    for name, run in runs(given.trials, given.few, given.most, given.store):
        if given.only not in name:
            continue
        found = run()
        print("\n".join(map(line, found)), flush=True)
        if given.record:
            record(found)


if __name__ == "__main__":
    main()
