"""Files to syntax trees: reading them, and resolving `import` within one root folder.

Nothing outside the folder of the main file is read, but for the libraries shipped with nasdsl.
Codes NAS040-NAS059, and NAS001 and NAS003 for texts that are too long or no text.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from . import syntax as s
from .diagnostics import Diagnostic, NasError, did_you_mean, fail
from .parser import MAX_CHARACTERS, parse
from .spans import Source, Span

MAX_FILES = 200


def load_source(path: str | os.PathLike[str], name: str | None = None) -> Source:
    """The text of a regular file, which messages call by `name`, or else by the path given."""
    return Source(name or os.fspath(path), _read(Path(path), name or os.fspath(path), None))


def load(path: str | os.PathLike[str]) -> tuple[s.Program, ...]:
    """A file and all that it imports, each once, imported before importing: the main one is last.

    Raises NasError with the mistakes of every file that could be read.
    """
    return load_all(load_source(path), Path(path).parent)


def load_all(main: Source, root: Path | None = None) -> tuple[s.Program, ...]:
    """As `load`, for a text already read; without a root only shipped libraries can be imported."""
    loader = _Loader(root.resolve() if root else None)
    own = str((loader.root / Path(main.name).name).resolve()) if loader.root else main.name
    loader.visit(main, root.resolve() if root else None, (own,))
    if loader.problems:
        raise NasError(loader.problems)
    return tuple(loader.programs)


def shipped() -> dict[str, Traversable]:
    """The .nas files that come with nasdsl, by file name."""
    folder = files("nasdsl.spaces")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".nas")), key=lambda f: f.name)
    return {f.name: f for f in found}


@dataclass
class _Loader:
    root: Path | None
    programs: list[s.Program] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def visit(self, source: Source, folder: Path | None, chain: tuple[str, ...]) -> None:
        """Load a file after what it imports; `chain` names the files that led here."""
        self.seen.add(chain[-1])
        try:
            program = parse(source)
        except NasError as error:
            self.problems += error.diagnostics
            return
        for item in program.items:
            if isinstance(item, s.Import):
                try:
                    self._follow(item, folder, chain)
                except NasError as error:
                    self.problems += error.diagnostics
        self.programs.append(program)

    def _follow(self, item: s.Import, folder: Path | None, chain: tuple[str, ...]) -> None:
        span = _path_span(item)
        _check_form(item.path, span)
        path = self._inside(item.path, folder, span)
        if path is not None:
            key, name, inner = str(path), os.path.relpath(path, self.root), path.parent
        else:
            key, name, inner = f"nasdsl:{item.path}", f"nasdsl/{item.path}", None
        if key in chain:
            names = [Path(k).name for k in (*chain[chain.index(key) :], key)]
            message = "files that import each other: " + " → ".join(names)
            help = "move what both need into a third file"
            raise fail("NAS045", message, span, help=help)
        if key in self.seen:
            return
        if len(self.seen) >= MAX_FILES:
            raise fail("NAS048", f"more than {MAX_FILES} files are imported", span)
        if path is not None:
            text = _read(path, name, span)
        else:
            library = shipped().get(item.path)
            if library is None:
                raise self._missing(item.path, folder, span)
            text = library.read_text(encoding="utf-8")
        self.visit(Source(name, text), inner, (*chain, key))

    def _inside(self, path: str, folder: Path | None, span: Span | None) -> Path | None:
        """The file under the root that a path means, or None if there is none there."""
        if folder is None or self.root is None:
            return None
        resolved = (folder / path).resolve()
        if not resolved.is_relative_to(self.root):
            message = f'"{path}" leads out of the folder of the main file'
            help = "copy the file into that folder"
            raise fail("NAS044", message, span, help=help)
        return resolved if resolved.exists() else None

    def _missing(self, path: str, folder: Path | None, span: Span | None) -> NasError:
        near = [] if folder is None else _neighbours((folder / path).parent)
        parent = PurePosixPath(path).parent
        known = [str(parent / name) for name in near] + list(shipped())
        return fail("NAS040", f'there is no file "{path}"', span, help=did_you_mean(path, known))


def _check_form(path: str, span: Span | None) -> None:
    if "\\" in path:
        raise fail("NAS047", "a path holds a backslash", span, help="separate folders by `/`")
    if path.startswith(("/", "~")) or ":" in path:
        help = "write it relative to this file"
        raise fail("NAS043", "only a relative path can be imported", span, help=help)
    if not path.endswith(".nas"):
        raise fail("NAS046", "only .nas files can be imported", span, help=f'write "{path}.nas"')


def _path_span(item: s.Import) -> Span | None:
    if item.span is None:
        return None
    return Span(item.span.source, item.span.start + item.span.text.index('"'), item.span.end)


def _neighbours(folder: Path) -> list[str]:
    try:
        return sorted(f.name for f in folder.iterdir() if f.suffix == ".nas")[:1000]
    except OSError:
        return []


def _read(path: Path, name: str, span: Span | None) -> str:
    """The text of a regular UTF-8 file of bounded size; NasError otherwise."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except FileNotFoundError:
        help = did_you_mean(path.name, _neighbours(path.parent))
        raise fail("NAS040", f"there is no file {name}", span, help=help) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise fail("NAS042", f"{name} cannot be read: {reason}", span) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise fail("NAS041", f"{name} is no regular file", span)
    with os.fdopen(handle, "rb") as file:
        data = file.read(MAX_CHARACTERS + 1)
    if len(data) > MAX_CHARACTERS:
        raise fail("NAS001", f"{name} is longer than {MAX_CHARACTERS:,} bytes", span)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name} is no UTF-8 text: byte 0x{data[error.start]:02x} on line {line}"
        raise fail("NAS003", message, span, help="save it as UTF-8") from None
