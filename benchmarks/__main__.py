"""`python -m benchmarks [names] [--record]`: all of them, or those named."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import checkout
from .measure import FULL, SMOKE, Effort, Row, run
from .table import cells, record, text

NAMES = (
    "genotypes", "encodings", "evolution", "strategies", "costs", "networks", "supernets", "text",
    "startup",
)  # fmt: skip
RESULTS = Path(__file__).parent / "RESULTS.md"


def measure(names: Sequence[str], effort: Effort) -> Iterator[Row]:
    """The rows of these benchmarks, in order."""
    checkout.prepare()
    from . import startup  # what it imports may stand in the checkout only

    for name in names:
        if name == "startup":  # whole processes, which take turns of their own
            yield from startup.main(1 if effort.small else startup.ROUNDS)
            continue
        benchmark = importlib.import_module(f"{__package__}.{name}")
        for contest in benchmark.contests(effort.small):
            print(f"  {contest.group}: {contest.what}", file=sys.stderr)
            for row in run(contest, effort):
                print("    " + " | ".join(cells(row)[1:]), file=sys.stderr)
                yield row


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name}")
    parser.add_argument("--rounds", type=int, help="exactly so many for all")
    parser.add_argument("--smoke", action="store_true", help="only see that everything runs")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    effort = SMOKE if given.smoke else FULL
    if given.rounds:
        effort = Effort(rounds=given.rounds, exact=True)
    rows = list(measure(given.names or NAMES, effort))
    print(text(rows))
    if given.record:
        rounds = [] if effort == FULL else [f"--rounds {effort.rounds}"]
        command = " ".join(["python -m benchmarks", *given.names, *rounds, "--record"])
        record(rows, command, effort.rounds, RESULTS)


if __name__ == "__main__":
    main()
