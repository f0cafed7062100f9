"""`python -m benchmarks.oneshot [labels] [--seeds N] [--record]`: all searches, or those named."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from .. import checkout
from .plans import PLANS

PAGE = Path(__file__).parents[1] / "ONESHOT.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oneshot", description=__doc__)
    parser.add_argument("labels", nargs="*", metavar="label", help="; ".join(PLANS))
    parser.add_argument(
        "--seed", type=int, action="append", help="only these, instead of the plan's"
    )
    parser.add_argument("--record", action="store_true", help=f"keep, and write {PAGE.name}")
    parser.add_argument("--again", action="store_true", help="also what is recorded already")
    parser.add_argument("--page", action="store_true", help=f"only write {PAGE.name}")
    given = parser.parse_args()
    if unknown := set(given.labels) - set(PLANS):
        parser.error(f"no plan {', '.join(sorted(unknown))}; there are {'; '.join(PLANS)}")
    checkout.prepare()
    from .data import DATA, available
    from .page import page

    if not available():
        parser.error(f"{DATA} lacks the images or the table; NASDSL_DATA names the folder")
    if not given.page:
        for label in given.labels or list(PLANS):
            for seed in given.seed or range(PLANS[label].seeds):
                one(label, seed, given.record, given.again)
    if given.record or given.page:
        PAGE.write_text(page(), encoding="utf-8")


def one(label: str, seed: int, keep: bool, again: bool) -> None:
    """A search that is not recorded yet (or `again`, from the beginning), and the ranking of its supernet."""
    from .data import known
    from .ranking import rank
    from .runs import folder, read, search, write

    if again:
        shutil.rmtree(folder(label, seed), ignore_errors=True)
    elif keep and read(label, seed) is not None:
        return
    found = search(label, seed)
    if PLANS[label].ranked:
        found = rank(found, PLANS[label].ranked)
    better = known().better_than(found.accuracy)
    told = "" if found.tau is None else f", τ {found.tau:.2f} over {found.ranked}"
    print(f"{label} {seed}: {found.arch} {found.accuracy:.2f}, better than {better:.0%}{told}; "
          f"{found.seconds:.0f} s", file=sys.stderr, flush=True)  # fmt: skip
    if keep:
        write(found)


if __name__ == "__main__":
    main()
