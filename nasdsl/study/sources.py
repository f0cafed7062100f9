"""The texts of a space's files, so that a study holds its own copy of what it searches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nasdsl import source
from nasdsl.diagnostics import Diagnostic, NasError


def collect(path: Path) -> dict[str, str]:
    """The file and what it imports below its folder, by relative path; the main file first.

    Libraries that come with nasdsl are left out: they are found from anywhere.
    """
    root = path.resolve().parent
    texts = {path.name: path.read_text(encoding="utf-8-sig")}
    for program in source.load(path)[:-1]:
        if program.span is not None:
            name = program.span.source.name
            if (root / name).is_file():
                texts[name] = program.span.source.text
    return texts


def unpack(texts: Mapping[str, str], folder: Path) -> Path:
    """Write the files into a folder; the path of the main one. NAS548 if a path leads out of it."""
    root = folder.resolve()
    paths: list[Path] = []
    for name, text in texts.items():
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            message = f"the study names a file outside its folder: {name}"
            raise NasError(Diagnostic("NAS548", message, help="do not trust this study"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    if not paths:
        message = "the study holds no copy of its space"
        raise NasError(Diagnostic("NAS548", message, help="search again from the .nas file"))
    return paths[0]
