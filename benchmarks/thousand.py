"""Many pull workers of one search, simulated: `python -m benchmarks.thousand`.

One search does one thing at a time: it asks for a trial and offers it, or tells the strategy of a
result. A free worker waits for an offer; it takes one database round trip to claim and another to
hand in. Durations of trials are lognormal with a spread (sigma) of 0.5.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cluster:
    """Seconds: serve, of the search for a trial, asking and telling together; trip, to the
    database. ahead: trials offered beyond one for each worker."""

    workers: int
    mean: float
    serve: float = 0.002
    trip: float = 0.01
    ahead: int = 0
    sigma: float = 0.5


def busy(cluster: Cluster, trials: int, seed: int = 0) -> float:
    """The share of the workers' time that is spent in trials, in the second half of a run."""
    rng = random.Random(seed)
    scale = cluster.mean / random_mean(cluster.sigma)
    ends: list[tuple[float, float]] = []  # of trials that run: when it is handed in, its duration
    free = deque([0.0] * cluster.workers)  # since when
    offers: deque[float] = deque()  # since when
    driver, out, done, spent, half = 0.0, 0, 0, 0.0, 0.0
    while done < trials:
        while out < cluster.workers + cluster.ahead and (not ends or driver <= ends[0][0]):
            driver += cluster.serve / 2
            offers.append(driver)
            out += 1
        while offers and free:
            begin = max(offers.popleft(), free.popleft()) + cluster.trip
            took = rng.lognormvariate(0.0, cluster.sigma) * scale
            heapq.heappush(ends, (begin + took + cluster.trip, took))
        end, took = heapq.heappop(ends)
        free.append(end)
        driver = max(driver, end) + cluster.serve / 2
        out -= 1
        done += 1
        if done == trials // 2:
            half = end
        elif done > trials // 2:
            spent += took
    return spent / (cluster.workers * (end - half))


def random_mean(sigma: float) -> float:
    """The mean of a lognormal of median 1."""
    return float(2.718281828459045 ** (sigma**2 / 2))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.thousand", description=__doc__)
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--serve", type=float, default=0.002, help="seconds of the search a trial")
    given = parser.parse_args()
    print("| seconds a trial | busy | busy, as many offered ahead |\n| ---: | ---: | ---: |")
    for mean in (0.5, 1, 2, 5, 10, 60, 600):
        first = Cluster(given.workers, mean, given.serve)
        second = Cluster(given.workers, mean, given.serve, ahead=given.workers)
        shares = [busy(cluster, 20 * given.workers) for cluster in (first, second)]
        print(f"| {mean:g} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")


if __name__ == "__main__":
    main()
