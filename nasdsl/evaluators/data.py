"""`load_data`: a data set by its specification."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from ..diagnostics import did_you_mean, fail
from .images import TORCHVISION, read_folder, read_torchvision, torchvision_name
from .sources import read_digits, read_npz, read_text
from .splits import Found, Splits, assemble


def default_root() -> Path:
    """$NASDSL_DATA, or a folder of the user's cache."""
    return Path(os.environ.get("NASDSL_DATA") or Path.home() / ".cache" / "nasdsl" / "data")


@lru_cache(maxsize=4)
def load_data(
    spec: str,
    *,
    root: str | None = None,
    shape: tuple[int, ...] | None = None,
    valid_fraction: float = 0.25,
    seed: int = 0,
    download: bool = False,
    workers: int = 0,
) -> Splits:
    """Read a data set and cut its splits; kept for the next call of this process.

    spec: `digits`; the name of a torchvision classification set (any case); `npz:FILE`;
    `folder:DIR`; `text:FILE`. root: the folder of torchvision's sets and of relative paths.
    shape: what the network reads, needed by images of many sizes and by text. Errors are NasErrors
    NAS701 (no such data set), NAS702 (not there), NAS703 (not readable), NAS704 (too few samples).
    """
    found = _read(spec, Path(root) if root else default_root(), shape, download, workers)
    return assemble(spec, found, valid_fraction=valid_fraction, seed=seed)


def _read(
    spec: str, root: Path, shape: tuple[int, ...] | None, download: bool, workers: int
) -> Found:
    prefix, _, rest = spec.partition(":")
    match prefix:
        case "npz" if rest:
            return read_npz(root / rest)
        case "text" if rest:
            return read_text(root / rest, shape[0] if shape and len(shape) == 1 else 64)
        case "folder" if rest:
            return read_folder(root / rest, shape, workers)
    if spec.lower() == "digits":
        return read_digits()
    if name := torchvision_name(spec):
        return read_torchvision(name, root, shape, download, workers)
    known = {name.lower(): name for name in ("digits", *TORCHVISION)}
    hint = did_you_mean(spec.lower(), list(known))
    for lower, name in known.items():
        hint = hint.replace(f"`{lower}`", f"`{name}`")
    forms = "known are digits, npz:FILE, folder:DIR, text:FILE and torchvision's names"
    raise fail("NAS701", f"there is no data set `{spec}`", help=hint or forms)
