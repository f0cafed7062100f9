"""Files to syntax trees: reading them, and resolving `import` within one root folder.

Nothing outside the folder of the main file is read, but for the libraries shipped with nasdsl.
Codes NAS040-NAS059, and NAS001 and NAS003 for texts that are too long or no text.
"""

from __future__ import annotations

import os
import stat

from . import syntax as s
from .diagnostics import Diagnostic, NasError, did_you_mean, fail
from .parser import MAX_CHARACTERS, parse
from .spans import Source, Span

MAX_FILES = 200


def load_source(path: str | os.PathLike[str], name: str | None = None) -> Source:
    """The text of a regular file, which messages call by `name`, or else by the path given."""
    path = os.fspath(path)
    return Source(name or path, _read(path, name or path, None))


def load(path: str | os.PathLike[str]) -> tuple[s.Program, ...]:
    """A file and all that it imports, each once, imported before importing: the main one is last.

    Raises NasError with the mistakes of every file that could be read.
    """
    return load_all(load_source(path), os.path.dirname(path) or ".")


def load_all(main: Source, root: str | os.PathLike[str] | None = None) -> tuple[s.Program, ...]:
    """As `load`, for a text already read; without a root only shipped libraries can be imported."""
    loader = _Loader(None if root is None else os.path.realpath(root))
    own = main.name
    if loader.root is not None:
        own = os.path.realpath(os.path.join(loader.root, os.path.basename(main.name)))
    loader.visit(main, loader.root, (own,))
    if loader.problems:
        raise NasError(loader.problems)
    return tuple(loader.programs)


def shipped() -> dict[str, str]:
    """The paths of the .nas files that come with nasdsl, by file name."""
    from . import spaces

    folder = spaces.__path__[0]
    names = sorted(name for name in os.listdir(folder) if name.endswith(".nas"))
    return {name: os.path.join(folder, name) for name in names}


class _Loader:
    """Follows imports; `root` is a folder without symbolic links in its path."""

    def __init__(self, root: str | None) -> None:
        self.root = root
        self.programs: list[s.Program] = []
        self.problems: list[Diagnostic] = []
        self.seen: set[str] = set()

    def visit(self, source: Source, folder: str | None, chain: tuple[str, ...]) -> None:
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

    def _follow(self, item: s.Import, folder: str | None, chain: tuple[str, ...]) -> None:
        span = _path_span(item)
        _check_form(item.path, span)
        path = self._inside(item.path, folder, span)
        if path is not None:
            key, name = path, os.path.relpath(path, self.root)
            inner: str | None = os.path.dirname(path)
        else:
            key, name, inner = f"nasdsl:{item.path}", f"nasdsl/{item.path}", None
        if key in chain:
            names = [os.path.basename(k) for k in (*chain[chain.index(key) :], key)]
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
            text = _read(library, name, span)
        self.visit(Source(name, text), inner, (*chain, key))

    def _inside(self, path: str, folder: str | None, span: Span | None) -> str | None:
        """The file under the root that a path means, or None if there is none there."""
        if folder is None or self.root is None:
            return None
        resolved = os.path.realpath(os.path.join(folder, path))
        if not _is_within(resolved, self.root):
            message = f'"{path}" leads out of the folder of the main file'
            help = "copy the file into that folder"
            raise fail("NAS044", message, span, help=help)
        return resolved if os.path.exists(resolved) else None

    def _missing(self, path: str, folder: str | None, span: Span | None) -> NasError:
        near = [] if folder is None else _neighbours(os.path.dirname(os.path.join(folder, path)))
        above = [part for part in path.split("/")[:-1] if part not in ("", ".")]
        known = ["/".join([*above, name]) for name in near]
        help = did_you_mean(path, [*known, *shipped()])
        return fail("NAS040", f'there is no file "{path}"', span, help=help)


def _is_within(path: str, root: str) -> bool:
    """Whether a resolved path is a resolved folder, or below it."""
    path, root = os.path.normcase(path), os.path.normcase(root)
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


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


def _neighbours(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder or ".") if name.endswith(".nas"))[:1000]
    except (OSError, ValueError):
        return []


def _read(path: str, name: str, span: Span | None) -> str:
    """The text of a regular UTF-8 file of bounded size; NasError otherwise."""
    try:
        # Without O_NONBLOCK, opening a pipe would wait for a writer.
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except FileNotFoundError:
        help = did_you_mean(os.path.basename(path), _neighbours(os.path.dirname(path)))
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
