"""What a decision chooses from: finite sets numbered 0..size-1, or an interval of reals."""

from __future__ import annotations

from functools import lru_cache
from math import comb, factorial, perm

from .record import Record, record


@record
class Domain(Record):
    """The options of one decision.

    kind: "one" (one of n), "bit" (absent or present), "pick" (k of n), "permutation" (of n), "float".
    labels: the names of the n options. ordered: the options of "one" are numbers in order, or the
    picks of "pick" have an order. repeated: "pick" may take an option twice.
    """

    kind: str
    labels: tuple[str, ...] | range = ()
    count: int = 1
    ordered: bool = False
    repeated: bool = False
    low: float = 0.0
    high: float = 0.0
    log: bool = False

    @property
    def size(self) -> int | None:
        """How many options there are; None for an interval."""
        n, k = len(self.labels), self.count
        match self.kind:
            case "one":
                return n
            case "bit":
                return 2
            case "permutation":
                return factorial(n)
            case "pick" if self.ordered and self.repeated:
                return int(n**k)
            case "pick" if self.ordered:
                return perm(n, k)
            case "pick" if self.repeated:
                return comb(n + k - 1, k)
            case "pick":
                return comb(n, k)
        return None

    def positions(self, index: int) -> tuple[int, ...]:
        """The options taken by a "pick" or "permutation" of this index (lexicographic order)."""
        n, k = len(self.labels), len(self.labels) if self.kind == "permutation" else self.count
        if self.kind == "permutation" or (self.ordered and not self.repeated):
            return _permutation(n, k, index)
        if self.ordered:
            digits = []
            for _ in range(k):
                index, digit = divmod(index, n)
                digits.append(digit)
            return tuple(reversed(digits))
        if self.repeated:
            return tuple(p - i for i, p in enumerate(_combination(n + k - 1, k, index)))
        return _combination(n, k, index)

    def index(self, positions: tuple[int, ...]) -> int:
        """The inverse of `positions`. Raises ValueError if they are not an option."""
        n, k = len(self.labels), len(self.labels) if self.kind == "permutation" else self.count
        if len(positions) != k or any(not 0 <= p < n for p in positions):
            raise ValueError(f"{positions} is not {k} of {n} positions")
        if self.kind == "permutation" or (self.ordered and not self.repeated):
            return _permutation_index(n, positions)
        if self.ordered:
            total = 0
            for p in positions:
                total = total * n + p
            return total
        raised = tuple(sorted(positions))
        if self.repeated:
            return _combination_index(n + k - 1, tuple(p + i for i, p in enumerate(raised)))
        return _combination_index(n, raised)

    def show(self, index: float) -> str:
        """An option in words."""
        if self.kind == "float":
            return f"{index:.6g}"
        if self.kind == "bit":
            return "yes" if index else "no"
        if self.kind == "one":
            return str(self.labels[int(index)])
        return "(" + ", ".join(str(self.labels[p]) for p in self.positions(int(index))) + ")"

    def __str__(self) -> str:
        if self.kind == "float":
            return f"{self.low:g}..{self.high:g}" + (" log" if self.log else "")
        if self.kind == "bit":
            return "no | yes"
        labels = self.labels
        few = labels if len(labels) <= 12 else [*labels[:5], "…", *labels[-2:]]
        shown = " | ".join(map(str, few))
        if self.kind == "one":
            return shown
        if self.kind == "permutation":
            return f"permutation of ({shown})"
        order = (" ordered" if self.ordered else "") + (" repeated" if self.repeated else "")
        return f"pick {self.count} of ({shown}){order}"


@lru_cache(maxsize=100_000)
def _combination(n: int, k: int, index: int) -> tuple[int, ...]:
    out = []
    low = 0
    for left in range(k, 0, -1):
        while (block := comb(n - low - 1, left - 1)) <= index:
            index -= block
            low += 1
        out.append(low)
        low += 1
    return tuple(out)


def _combination_index(n: int, positions: tuple[int, ...]) -> int:
    total, low, k = 0, 0, len(positions)
    for i, p in enumerate(positions):
        if p < low:
            raise ValueError(f"{positions} takes an option twice")
        total += sum(comb(n - q - 1, k - i - 1) for q in range(low, p))
        low = p + 1
    return total


def _permutation(n: int, k: int, index: int) -> tuple[int, ...]:
    left = list(range(n))
    out = []
    for i in range(k):
        block = perm(n - i - 1, k - i - 1)
        place, index = divmod(index, block)
        out.append(left.pop(place))
    return tuple(out)


def _permutation_index(n: int, positions: tuple[int, ...]) -> int:
    left = list(range(n))
    total, k = 0, len(positions)
    for i, p in enumerate(positions):
        if p not in left:
            raise ValueError(f"{positions} takes an option twice")
        total += left.index(p) * perm(n - i - 1, k - i - 1)
        left.remove(p)
    return total
