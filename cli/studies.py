"""Run folders and the studies in them: made, found, opened."""

from __future__ import annotations

import json
import re
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from nasdsl.diagnostics import Diagnostic, NasError

if TYPE_CHECKING:
    from nasdsl.space import Space
    from nasdsl.study.config import SearchConfig
    from nasdsl.study.store import Store

FILE = "study.db"


def new_folder(out: Path | None, name: str) -> Path:
    """A folder for a run: the one asked for, which must not hold anything, or runs/NAME-1, -2, …"""
    if out is None:
        folders = (Path("runs") / f"{name}-{number}" for number in count(1))
        out = next(folder for folder in folders if not folder.exists())
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        message = f"{out} exists and is not empty"
        help = f"go on with it by `nasdsl resume {out}`, or choose another folder with --out"
        raise NasError(Diagnostic("NAS555", message, help=help))
    out.mkdir(parents=True, exist_ok=True)
    return out


def create(
    folder: Path, path: Path, space: Space, config: SearchConfig, url: str | None = None
) -> Store:
    """The study of a new run, with its own copy of the space; at the URL, or in the folder."""
    from nasdsl.study.artefacts import write_text
    from nasdsl.study.sources import collect
    from nasdsl.study.store import Store, StudyInfo

    settings = config.model_dump(mode="json")
    params = space.outline.overrides
    info = StudyInfo(
        folder.name, space.name, space.hash, settings, config.seed, collect(path), params
    )
    store = Store.create(url or folder / FILE, info, folder=folder)
    record = {"space": str(path), "params": params, "search": settings, "store": store.address()}
    write_text(folder / "config.json", json.dumps(record, indent=2) + "\n")
    return store


def open_study(place: str, out: Path | None = None, *, write: bool = True) -> Store:
    """The study of a run folder, a file or a URL.

    The folder of a URL's study is `out`, or runs/NAME of the study: NAS576 if its name is none for
    a folder.
    """
    from nasdsl.study.store import Store

    if "://" in place:
        store = Store.open(place, write=write, folder=out)
        try:
            store.folder = out or Path("runs") / plain_name(store.info().name)
            if write:
                store.folder.mkdir(parents=True, exist_ok=True)
        except BaseException:
            store.close()
            raise
        return store
    path = Path(place)
    if path.suffix == ".db":
        return Store.open(path, write=write)
    found = None if (path / FILE).exists() else _address(path / "config.json")
    return Store.open(found or path / FILE, write=write, folder=path)


def plain_name(name: str) -> str:
    """The name, if it stays in its folder; NAS576 if not."""
    if not re.fullmatch(r"\w[\w.+-]{0,99}", name):
        message = f"the study's name {name!r:.100} is none for a folder"
        raise NasError(Diagnostic("NAS576", message, help="choose the run folder with --out"))
    return name


def _address(path: Path) -> str | None:
    """Where the study of a run is, if it is not in its folder."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    address = found.get("store") if isinstance(found, dict) else None
    return address if isinstance(address, str) else None
