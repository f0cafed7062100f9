"""The readers of data sets that are arrays: scikit-learn's digits, .npz files, text."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..diagnostics import fail
from .splits import Found, Tensors


def read_digits() -> Found:
    """1,797 handwritten digits of 8 x 8 pixels (UCI), shipped with scikit-learn; values 0..1."""
    from sklearn.datasets import load_digits

    loaded = load_digits()
    x = torch.from_numpy(loaded.images.astype(np.float32) / 16)[:, None]
    return Found("image", 10, Tensors(x, torch.from_numpy(loaded.target.astype(np.int64))))


def read_npz(path: Path) -> Found:
    """Arrays x_train, y_train, x_test, y_test (and x_valid, y_valid), or x and y to be cut.

    x is (N, C, H, W), (N, H, W, C) with C of 1, 3 or 4, (N, T, F) or (N, F), numbers; y is (N,),
    integers from 0.
    """
    arrays = _arrays(path)
    names = ["train", "valid", "test"]
    if "x" in arrays and "y" in arrays:
        parts: list[Tensors | None] = [_pair(path, arrays, "x", "y"), None, None]
    elif "x_train" in arrays and "y_train" in arrays:
        parts = [
            _pair(path, arrays, f"x_{n}", f"y_{n}") if f"x_{n}" in arrays else None for n in names
        ]
    else:
        found = ", ".join(sorted(arrays)) or "nothing"
        raise fail(
            "NAS703",
            f"{path}: holds {found}",
            help="name the arrays x_train, y_train, x_test, y_test (or x, y)",
        )
    train, valid, test = parts
    assert train is not None
    for name, part in zip(names[1:], parts[1:], strict=True):
        if part is not None and part.x.shape[1:] != train.x.shape[1:]:
            was, now = tuple(train.x.shape[1:]), tuple(part.x.shape[1:])
            raise fail("NAS703", f"{path}: samples of x_train are {was}, of x_{name} {now}")
    kind = {4: "image", 3: "sequence", 2: "vector"}[train.x.ndim]
    classes = 1 + max(int(part.y.max()) for part in parts if part is not None and len(part))
    return Found(kind, classes, train, valid, test)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise missing(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            wanted = [n for n in archive.files if n == "x" or n == "y" or n[:2] in ("x_", "y_")]
            return {name: archive[name] for name in wanted}
    except (ValueError, OSError, zipfile.BadZipFile, AttributeError) as error:
        help = "save plain arrays with numpy.savez; object arrays are not read"
        raise fail("NAS703", f"{path}: {error}", help=help) from None


def _pair(path: Path, arrays: dict[str, np.ndarray], x_name: str, y_name: str) -> Tensors:
    def wrong(message: str, help: str) -> Exception:
        return fail("NAS703", f"{path}: {message}", help=help)

    if y_name not in arrays:
        raise wrong(f"{x_name} has no {y_name}", f"add the array {y_name}")
    x, y = arrays[x_name], arrays[y_name]
    if x.ndim not in (2, 3, 4) or not (x.dtype.kind in "fiu" or x.dtype.kind == "b"):
        raise wrong(
            f"{x_name} is {x.dtype} {x.shape}",
            "give numbers of shape (N, C, H, W), (N, H, W, C), (N, T, F) or (N, F)",
        )
    if y.ndim != 1 or y.dtype.kind not in "iu" or len(y) != len(x) or (len(y) and y.min() < 0):
        raise wrong(
            f"{y_name} is {y.dtype} {y.shape} for {len(x)} samples",
            "give one class number from 0 a sample",
        )
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise wrong(f"{x_name} has values that are not finite", "clean the samples first")
    if x.ndim == 4 and x.shape[3] in (1, 3, 4) and x.shape[1] not in (1, 3, 4):
        x = x.transpose(0, 3, 1, 2)
    kept = x if x.dtype == np.uint8 else x.astype(np.float32)
    return Tensors(torch.from_numpy(np.ascontiguousarray(kept)), _targets(y))


def _targets(y: np.ndarray) -> Tensor:
    return torch.from_numpy(y.astype(np.int64))


def read_text(path: Path, length: int) -> Found:
    """Characters as tokens: windows of `length`, each the input of the same shifted by one.

    The vocabulary is the sorted set of the file's characters. In text order, the last twentieth is
    test and the one before it validation, so that no window is seen in two splits.
    """
    if not path.is_file():
        raise missing(path)
    packed = path.suffix == ".gz"
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if packed
            else path.open(encoding="utf-8") as file
        ):
            text = file.read()
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise fail("NAS703", f"{path}: {error}", help="give UTF-8 text") from None
    letters, codes = np.unique(np.array(list(text), dtype="U1"), return_inverse=True)
    windows = (len(codes) - 1) // length
    if windows < 60:
        help = f"at least {60 * length + 1} characters make 60 windows of {length}"
        raise fail("NAS704", f"{path}: {len(codes)} characters are too few", help=help)
    tokens = _targets(codes)
    x = tokens[: windows * length].view(windows, length)
    y = tokens[1 : windows * length + 1].view(windows, length)
    held = windows // 20
    parts = [
        Tensors(x[a:b], y[a:b])
        for a, b in (
            (0, windows - 2 * held),
            (windows - 2 * held, windows - held),
            (windows - held, windows),
        )
    ]
    return Found("tokens", len(letters), *parts)


def missing(path: Path) -> Exception:
    """The error for a path that is not there."""
    help = "give a path relative to the data root ($NASDSL_DATA) or an absolute one"
    return fail("NAS702", f"{path}: no such file or folder", help=help)
