"""The benchmarks' spaces in the words of other libraries (the extra `bench`)."""

from __future__ import annotations

from functools import cache
from typing import Any

SIZES = list(range(128, 225, 4))
KERNELS, WIDENINGS, DEPTHS = [3, 5, 7], [3, 4, 6], [2, 3, 4]
UNITS = 5


@cache
def pyglove(name: str) -> tuple[Any, Any]:
    """The library, and the specification of a space's points."""
    import pyglove as pg

    return pg, pg.dna_spec(pyglove_space(name))


def pyglove_space(name: str) -> Any:
    import pyglove as pg

    if name == "nasbench201":
        return pg.List([pg.oneof([0, 1, 2, 3, 4]) for _ in range(6)])

    def unit() -> Any:
        return pg.oneof([
            [pg.Dict(k=pg.oneof(KERNELS), e=pg.oneof(WIDENINGS)) for _ in range(depth)]
            for depth in DEPTHS
        ])  # fmt: skip

    return pg.Dict(size=pg.oneof(SIZES), units=pg.List([unit() for _ in range(UNITS)]))


def configspace(name: str) -> Any:
    """A ConfigSpace: the layers that a unit may lack are conditional on its depth."""
    from ConfigSpace import Categorical, ConfigurationSpace, InCondition

    found = ConfigurationSpace(seed=0)
    if name == "nasbench201":
        found.add([Categorical(f"edge{i}", [0, 1, 2, 3, 4]) for i in range(6)])
        return found
    found.add(Categorical("size", SIZES))
    for unit in range(UNITS):
        depth = Categorical(f"depth{unit}", DEPTHS)
        found.add(depth)
        for layer in range(max(DEPTHS)):
            parts = [Categorical(f"kernel{unit}.{layer}", KERNELS),
                     Categorical(f"widening{unit}.{layer}", WIDENINGS)]  # fmt: skip
            found.add(parts)
            deeper = [d for d in DEPTHS if d > layer]
            if len(deeper) < len(DEPTHS):
                found.add([InCondition(part, depth, deeper) for part in parts])
    return found
