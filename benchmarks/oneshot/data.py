"""What the supernets learn from, and what is known of the cells that they find.

Images: the 6,000 of the CIFAR-10 subset, averaged to 16 x 16 pixels, so that a search takes minutes
on one core. A quarter of them validates trained supernets; the rest is cut in two by each search.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean, median, pstdev

import numpy as np

from ..searches.tables import DATA, KEPT

SIZE = 16
SOURCE = DATA / "images" / "cifar10_subset_6k1k.npz"
TABLE = DATA / "nb201" / "nb201.csv.gz"
COLUMN = "c10_test_200"


def available() -> bool:
    return SOURCE.is_file() and TABLE.is_file()


def images() -> str:
    """The data set as nasdsl names it; made once."""
    kept = KEPT / f"cifar10_{SIZE}.npz"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with np.load(SOURCE, allow_pickle=False) as source:
            arrays = {name: source[name] for name in source.files if name[:2] in ("x_", "y_")}
        small = {n: _halved(a) if n.startswith("x_") else a for n, a in arrays.items()}
        np.savez(kept, **small)
    return f"npz:{kept.resolve()}"


def _halved(x: np.ndarray) -> np.ndarray:
    """Means of 2 x 2 pixels."""
    n, height, width, channels = x.shape
    blocks = x.reshape(n, height // 2, 2, width // 2, 2, channels)
    return blocks.mean((2, 4)).round().astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Known:
    """Test accuracies on CIFAR-10 after 200 epochs, by arch string (means over the table's seeds)."""

    accuracies: dict[str, float]

    @property
    def all(self) -> Sequence[float]:
        return sorted(self.accuracies.values())

    def random(self) -> tuple[float, float, float]:
        """Mean, deviation and median of an architecture drawn uniformly: of the whole table."""
        return fmean(self.all), pstdev(self.all), median(self.all)

    def better_than(self, accuracy: float) -> float:
        """The share of the table below an accuracy, ties counted half."""
        values = np.asarray(self.all)
        return float((values < accuracy).mean() + (values == accuracy).mean() / 2)


@cache
def known(path: Path = TABLE) -> Known:
    with gzip.open(path, "rt", newline="", encoding="utf-8") as stream:
        return Known({row["arch"]: float(row[COLUMN]) for row in csv.DictReader(stream)})
