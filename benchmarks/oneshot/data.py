"""What the supernets learn from, and what is known of the cells that they find.

Images are averaged to few pixels, so that a search takes minutes on one core: the first 20,000 of
MNIST, their middle 24 x 24 to 12 x 12, and the 6,000 of the CIFAR-10 subset to 8 x 8. A quarter ranks
trained supernets; the rest is cut in two by each search.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean, median, pstdev

import numpy as np

from ..searches.tables import DATA, KEPT

SIZES = {"mnist": 12, "cifar10": 8}
COUNT = 20_000  # of MNIST
MNIST = DATA / "images" / "mnist"
PIXELS, LABELS = "{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz"
PARTS = {"train": "train", "test": "t10k"}
CIFAR = DATA / "images" / "cifar10_subset_6k1k.npz"
TABLE = DATA / "nb201" / "nb201.csv.gz"
COLUMN = "c10_test_200"


def available() -> bool:
    files = (MNIST / f.format(part) for f in (PIXELS, LABELS) for part in PARTS.values())
    return all(file.is_file() for file in (TABLE, CIFAR, *files))


def images(name: str) -> str:
    """A data set as nasdsl names it; made once."""
    kept = KEPT / f"{name}_{SIZES[name]}.npz"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        arrays = dict(_mnist() if name == "mnist" else _cifar())
        for part in PARTS:
            arrays[f"x_{part}"] = _averaged(arrays[f"x_{part}"], SIZES[name])
        np.savez(kept, **arrays)
    return f"npz:{kept.resolve()}"


def _mnist() -> Iterator[tuple[str, np.ndarray]]:
    """The middle of the images, in three equal channels."""
    for part, name in PARTS.items():
        pixels = _idx(MNIST / PIXELS.format(name), 16).reshape(-1, 28, 28, 1)
        yield f"x_{part}", np.repeat(pixels[:COUNT, 2:26, 2:26], 3, -1)
        yield f"y_{part}", _idx(MNIST / LABELS.format(name), 8)[:COUNT].astype(np.int64)


def _idx(path: Path, header: int) -> np.ndarray:
    with gzip.open(path) as stream:
        return np.frombuffer(stream.read(), np.uint8, offset=header)


def _cifar() -> Iterator[tuple[str, np.ndarray]]:
    with np.load(CIFAR, allow_pickle=False) as source:
        yield from ((n, source[n]) for n in source.files if n[:2] in ("x_", "y_"))


def _averaged(x: np.ndarray, size: int) -> np.ndarray:
    """Means of squares of pixels (N, height, width, channels)."""
    n, height, _, channels = x.shape
    side = height // size
    blocks = x.reshape(n, size, side, size, side, channels)
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
