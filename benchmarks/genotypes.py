"""Points of two spaces: NAS-Bench-201's 5^6 and Once-for-All's, whose depths vary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice, product
from random import Random
from typing import Any

from nasdsl.genotype import Genotype
from nasdsl.space import Space

from . import peers
from .checkout import space
from .measure import Contest, Peer, Work


def contests(small: bool) -> Iterator[Contest]:
    batch = 50 if small else 10_000
    for name, title in (("nasbench201", "NAS-Bench-201"), ("ofa", "Once for All")):
        subject = Subject(space(name), name, f"Genotypes of {title}")
        yield subject.sampling()
        yield subject.batches(batch)
        yield subject.mutation()
        yield subject.enumeration(20 if small else 2_000)
        yield subject.text()
        yield from subject.ranks()


class Subject:
    """A space, and the same one in the peers' words."""

    def __init__(self, space: Space, name: str, group: str) -> None:
        self.space, self.name, self.group = space, name, group
        self.rng = Random(0)
        self.points = [space.sample(self.rng) for _ in range(64)]

    def sampling(self) -> Contest:
        rng, draw = self.rng, self.space.sample

        def configspace() -> Work:
            return Work(peers.configspace(self.name).sample_configuration)

        def pyglove() -> Work:
            pg, spec = peers.pyglove(self.name)
            return Work(lambda: pg.random_dna(spec))

        return Contest(self.group, "sample one", Work(lambda: draw(rng)),
                       [Peer("ConfigSpace", configspace, 2), Peer("PyGlove", pyglove, 100)],
                       check=self._same_size)  # fmt: skip

    def _same_size(self) -> str:
        """The peers' spaces have as many points as ours."""
        try:
            size = peers.pyglove(self.name)[1].space_size
        except ModuleNotFoundError:
            return ""
        if size != self.space.size:
            raise AssertionError(f"{size} points there, {self.space.size} here")
        return f"{size:,} points by PyGlove's count as by ours"

    def batches(self, count: int) -> Contest:
        def configspace() -> Work:
            peer = peers.configspace(self.name)
            return Work(lambda: peer.sample_configuration(count), count)

        return Contest(self.group, f"sample, batch of {count:,}",
                       Work(lambda: self.space.sample_many(count, 0), count),
                       [Peer("ConfigSpace", configspace, 1)], rounds=31)  # fmt: skip

    def mutation(self) -> Contest:
        rng, points, mutate = self.rng, self.points, self.space.mutate

        def configspace() -> Work:
            from ConfigSpace.util import get_random_neighbor

            start = peers.configspace(self.name).sample_configuration()
            return Work(lambda: get_random_neighbor(start, rng.randrange(2**31)))

        def pyglove() -> Work:
            pg, spec = peers.pyglove(self.name)
            mutator, start = pg.evolution.mutators.Uniform(seed=0), pg.random_dna(spec)
            return Work(lambda: mutator.mutate(start))

        def ours() -> list[Genotype]:
            return [mutate(point, rng) for point in points]

        return Contest(self.group, "mutate", Work(ours, len(points)),
                       [Peer("ConfigSpace", configspace, 10), Peer("PyGlove", pyglove, 100)])  # fmt: skip

    def enumeration(self, count: int) -> Contest:
        """In order from the first; itertools can only list independent decisions."""

        def pyglove() -> Work:
            spec = peers.pyglove(self.name)[1]
            return Work(lambda: list(islice(spec.iter_dna(), 10)), 10)

        def bare() -> Work:
            return Work(lambda: list(islice(product(range(5), repeat=6), count)), count)

        found = [Peer("PyGlove", pyglove, 100)]
        if self.name == "nasbench201":
            found.append(Peer("itertools.product (tuples)", bare))
        return Contest(self.group, f"enumerate, first {count:,}",
                       Work(lambda: list(self.space.enumerate(0, count)), count), found)  # fmt: skip

    def text(self) -> Contest:
        point, write, read = self.points[0], self.space.text, self.space.read

        def pyglove() -> Work:
            pg, spec = peers.pyglove(self.name)
            dna = pg.random_dna(spec)
            return Work(lambda: pg.from_json_str(dna.to_json_str()).use_spec(spec))

        def bare() -> Work:
            choices = list(point.choices)
            return Work(lambda: json.loads(json.dumps(choices)))

        def check() -> str:
            if read(write(point)) != point:
                raise AssertionError(write(point))
            return f"as `{write(point)}`"

        return Contest(self.group, "to text and back, checked", Work(lambda: read(write(point))),
                       [Peer("PyGlove, JSON", pyglove, 10), Peer("json (a list of numbers)", bare)],
                       check=check)  # fmt: skip

    def ranks(self) -> Iterator[Contest]:
        """A number to a point and back: peers must walk up to it."""
        size = self.space.size or 0
        numbers = [size * (2 * i + 1) // 128 for i in range(64)]
        points = [self.space.unrank(n) for n in numbers]
        flat = self.name == "nasbench201"

        def by_product() -> Work:
            return Work(lambda: [next(islice(_all(), n, None)) for n in numbers], 64)

        def by_search() -> Work:
            listed = list(_all())
            return Work(lambda: [listed.index(p.choices) for p in points], 64)

        def check() -> str:
            if [self.space.rank(p) for p in points] != numbers:
                raise AssertionError("rank is not the inverse of unrank")
            return ""

        yield Contest(self.group, "number to point", Work(lambda: self._unrank(numbers), 64),
                      [Peer("itertools, n-th of product", by_product, 1)] if flat else (),
                      check=check)  # fmt: skip
        yield Contest(self.group, "point to number", Work(lambda: self._rank(points), 64),
                      [Peer("list.index", by_search, 1)] if flat else ())  # fmt: skip

    def _unrank(self, numbers: Sequence[int]) -> list[Genotype]:
        return [self.space.unrank(n) for n in numbers]

    def _rank(self, points: Sequence[Genotype]) -> list[int]:
        return [self.space.rank(p) for p in points]


def _all() -> Iterator[tuple[Any, ...]]:
    return product(range(5), repeat=6)
