"""A space as a sequence of small categorical choices: what learning strategies see of it.

Every decision of a space is one atom, or a few: a permutation or "k of n" is a choice a position, a
whole number from a large range one a digit, a real number one of BINS intervals. An atom knows which
of its options are feasible after the choices before it, so whatever picks among them, in the order
of the walk, ends in a genotype. Tables, controllers and trees over atoms therefore fit any space.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from nasdsl.domains import Domain
from nasdsl.genotype import Genotype

if TYPE_CHECKING:
    from nasdsl.space import Space
    from nasdsl.walks import Step

BINS = 16
DIGIT = 64  # the base in which large numbers are chosen
WIDE = 256  # decisions with more options are chosen by position or digit

Index: TypeAlias = int | float


@dataclass(frozen=True, slots=True)
class Atom:
    """One choice among `options`, a part of 0..count-1; `ordered` if these are sizes in order.

    The key is the decision's path, `path#1`, `path#2` … for its further positions: tables are
    indexed by it. Equal keys have equal counts.
    """

    key: str
    count: int
    options: Sequence[int]
    ordered: bool = False


Choose: TypeAlias = Callable[[Atom], int]


def compose(space: Space, choose: Choose, rng: Random) -> Genotype:
    """The genotype that a policy chooses atom by atom; it must take one of an atom's options.

    The generator places a real number within its interval.
    """
    return space.compose(lambda step: _chosen(step, choose, rng))


def atoms(space: Space, genotype: Genotype) -> list[tuple[Atom, int]]:
    """The atoms of a genotype with what was chosen: `compose` with them gives it back, but for
    the place of a real number within its interval."""
    met: list[tuple[Atom, int]] = []
    for step, index in zip(space.steps(genotype), genotype.choices, strict=True):
        wanted = iter(_digits(step, index))

        def follow(atom: Atom, wanted: Iterator[int] = wanted) -> int:
            met.append((atom, next(wanted)))
            return met[-1][1]

        _chosen(step, follow, _UNUSED)
    return met


_UNUSED = Random(0)


def _chosen(step: Step, choose: Choose, rng: Random) -> Index:
    domain = step.domain
    if step.options is None:
        bin = choose(Atom(step.path, BINS, range(BINS), True))
        return _within(domain, (bin + rng.random()) / BINS)
    if _is_whole(domain):
        return choose(Atom(step.path, domain.size or 0, step.options, _is_ordered(domain)))
    word: tuple[int, ...] = ()
    counts = _counts(domain)
    for place, count in enumerate(counts):
        options = _next(step, counts, word)
        key = f"{step.path}#{place}" if place else step.path
        word += (choose(Atom(key, count, options, place == 0 and _is_ordered(domain))),)
    return _index(domain, counts, word)


def _digits(step: Step, index: Index) -> tuple[int, ...]:
    domain = step.domain
    if step.options is None:
        return (min(BINS - 1, int(BINS * _share(domain, index))),)
    if _is_whole(domain):
        return (int(index),)
    return _word(domain, _counts(domain), int(index))


def _is_whole(domain: Domain) -> bool:
    """Whether a decision is one atom."""
    return domain.kind in ("one", "bit") and (domain.size or 0) <= WIDE


def _is_ordered(domain: Domain) -> bool:
    return domain.kind == "one" and domain.ordered


def _counts(domain: Domain) -> tuple[int, ...]:
    """The numbers of options of a decision's atoms."""
    n = len(domain.labels)
    if domain.kind == "one":
        lower = 0
        while DIGIT ** (lower + 1) < n:
            lower += 1
        return (-(-n // DIGIT**lower), *[DIGIT] * lower)
    return (n,) * (n if domain.kind == "permutation" else domain.count)


def _word(domain: Domain, counts: Sequence[int], index: int) -> tuple[int, ...]:
    if domain.kind != "one":
        return domain.positions(index)
    digits: list[int] = []
    for count in reversed(counts):
        index, digit = divmod(index, count)
        digits.append(digit)
    return tuple(reversed(digits))


def _index(domain: Domain, counts: Sequence[int], word: tuple[int, ...]) -> int:
    if domain.kind != "one":
        return domain.index(word)
    index = 0
    for count, digit in zip(counts, word, strict=True):
        index = index * count + digit
    return index


def _next(step: Step, counts: Sequence[int], word: tuple[int, ...]) -> Sequence[int]:
    """What may follow the positions or digits chosen so far."""
    domain, options = step.domain, step.options
    assert options is not None
    if domain.kind != "one" and isinstance(options, range):  # all of them are feasible
        return _following(domain, word)
    return _among(domain, counts, options, word)


def _following(domain: Domain, word: tuple[int, ...]) -> Sequence[int]:
    n, left = len(domain.labels), domain.count - len(word)
    if domain.kind == "permutation" or (domain.ordered and not domain.repeated):
        return [p for p in range(n) if p not in word]
    if domain.ordered:
        return range(n)
    if domain.repeated:
        return range(word[-1] if word else 0, n)
    return range(word[-1] + 1 if word else 0, n - left + 1)


def _among(
    domain: Domain, counts: Sequence[int], options: Sequence[int], word: tuple[int, ...]
) -> Sequence[int]:
    """The next symbols of the words, in order of their indices, that begin like this one."""
    found: list[int] = []
    at = 0
    while at < len(options):
        other = _word(domain, counts, options[at])
        if other[: len(word)] > word:
            break
        if other[: len(word)] < word:
            at = _skip(domain, counts, options, (*word,), at)
            continue
        symbol = other[len(word)]
        found.append(symbol)
        at = _skip(domain, counts, options, (*word, symbol + 1), at)
    return found


def _skip(
    domain: Domain, counts: Sequence[int], options: Sequence[int], bound: tuple[int, ...], at: int
) -> int:
    """The first place from `at` on whose word is not below the bound: indices are in that order."""
    key = bound
    return at + bisect_right(
        range(len(options) - at),
        False,
        key=lambda i: _word(domain, counts, options[at + i])[: len(key)] >= key,
    )


def _share(domain: Domain, value: float) -> float:
    """Where a real number lies in its interval, 0 … 1."""
    low, high = domain.low, domain.high
    if domain.log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low) if high > low else 0.0


def _within(domain: Domain, share: float) -> float:
    """The inverse of _share."""
    if domain.log:
        low, high = math.log(domain.low), math.log(domain.high)
        value = math.exp(low + share * (high - low))
    else:
        value = domain.low + share * (domain.high - domain.low)
    return min(domain.high, max(domain.low, value))
