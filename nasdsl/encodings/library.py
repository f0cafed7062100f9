"""The encodings that come with nasdsl, by name, and what a text of one of them means.

A file `code_NAME.nas` holds a program that reads texts of the encoding NAME: it compiles any of them.
A search space that says `encode NAME = …` reads those that are its members.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from nasdsl import syntax
from nasdsl.codes import CodeText
from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.genotype import Genotype
from nasdsl.parser import parse
from nasdsl.record import Record, record
from nasdsl.scope import Setting
from nasdsl.source import load, load_source, shipped
from nasdsl.space import Space
from nasdsl.spans import Source

from .encoding import Encoding

_DECLARED = re.compile(r"^encoding\s+(\w+)", re.MULTILINE)
_VIEWED = re.compile(r"^encode\s+(\w+)", re.MULTILINE)


@record
class Home(Record):
    """Where an encoding is at home: the file that declares it, the program that reads any of its
    texts, the encodings that the program says how to write, and the search spaces that read the texts
    of their members."""

    name: str
    declared: str
    program: str | None
    others: tuple[str, ...]
    spaces: tuple[str, ...]


@cache
def homes() -> Mapping[str, Home]:
    """The encodings of the shipped files, by name. The files are searched, not parsed."""
    declared: dict[str, str] = {}
    viewed: dict[str, list[str]] = {}
    others: dict[str, list[str]] = {}
    files = shipped()
    for file, path in files.items():
        with open(path, encoding="utf-8") as opened:
            text = opened.read()
        for name in _DECLARED.findall(text):
            declared[name] = path
        if file.startswith("code_"):
            others[file] = _VIEWED.findall(text)
        else:
            for name in _VIEWED.findall(text):
                viewed.setdefault(name, []).append(path)
    found = {}
    for name, path in sorted(declared.items()):
        program = f"code_{name}.nas"
        more = tuple(others.get(program, ()))
        found[name] = Home(name, path, files.get(program), more, tuple(viewed.get(name, ())))
    return found


def home(name: str) -> Home:
    """The home of an encoding by name, or of the only one of a .nas file.

    Raises NasError: NAS560 if there is none of this name, NAS561 if the file reads none.
    """
    if name.endswith(".nas"):
        return _own(name)
    found = homes().get(name)
    if found is None:
        help = did_you_mean(name, list(homes())) or "`nasdsl encodings` lists them"
        raise NasError(Diagnostic("NAS560", f"there is no encoding `{name}`", help=help))
    return found


def _own(path: str) -> Home:
    """The encoding that a user's file is about: its typed parameter, or what it encodes."""
    programs = load(path)
    main = programs[-1].items
    typed = [b.type for i in main if isinstance(i, syntax.Param) for b in i.bindings if b.type]
    views = [i.name for i in main if isinstance(i, syntax.Encode)]
    names = typed or views
    if not names:
        message = f"{path} reads no encoding"
        help = "give it a parameter with a type, `param code: NAME = …`, or `encode NAME = …`"
        raise NasError(Diagnostic("NAS561", message, help=help))
    others = tuple(views) if typed else ()
    return Home(names[0], path, path if typed else None, others, () if typed else (path,))


def encoding(name: str) -> Encoding:
    """An encoding by name."""
    place = home(name)
    return _declared(place.declared, place.name)


@cache
def _space(path: str) -> Space:
    """A shipped space with the parameters that it comes with."""
    return Space(load(path), {})


@cache
def _declared(path: str, name: str) -> Encoding:
    for program in _programs(path, name):
        for item in program.items:
            if isinstance(item, syntax.Encoding) and item.name == name:
                return Encoding(item)
    message = f"{os.path.basename(path)} declares no encoding `{name}`"
    raise NasError(Diagnostic("NAS560", message))


def _programs(path: str, name: str) -> Sequence[syntax.Program]:
    """The declaration alone, if it is easily cut out of its file (those that are shipped are laid
    out so), which takes a tenth of the time; else the file and what it imports."""
    source = load_source(path)
    found = re.search(rf"^encoding\s+{name}\b.*?^}}$", source.text, re.MULTILINE | re.DOTALL)
    if found is None:
        return load(path)
    lines = "\n" * source.text.count("\n", 0, found.start())
    return [parse(Source(source.name, lines + found[0]))]


def open_code(
    name: str, text: str, set: Mapping[str, Setting] | None = None
) -> tuple[Space, Genotype]:
    """What a text of an encoding stands for: a space and a point of it.

    With a program that reads any text of it, the space is that program with this text and has one
    point; else it is the first search space that has the text as a member.
    Raises NasError of the text, with the place in it.
    """
    place = home(name)
    if place.program is not None:
        programs = load(place.program)
        given = CodeText(text, getattr(text, "name", f"<{place.name}>"))
        space = Space(programs, {**(set or {}), code_parameter(programs, place.name): given})
        return space, space.unrank(0)
    if not place.spaces:
        message = f"no program compiles texts of `{name}`"
        raise NasError(Diagnostic("NAS561", message, help="`nasdsl encodings` lists what does"))
    first: NasError | None = None
    for path in place.spaces:
        space = Space(load(path), set or {})
        try:
            return space, space.decode(text, place.name)
        except NasError as error:
            first = first or error
    assert first is not None
    raise first


def code_parameter(programs: Sequence[syntax.Program], name: str) -> str:
    """The parameter of a program that reads texts of an encoding."""
    for item in programs[-1].items:
        if isinstance(item, syntax.Param):
            for binding in item.bindings:
                if binding.type == name:
                    return binding.name
    message = f"no parameter of the program has the type `{name}`"
    raise NasError(Diagnostic("NAS561", message, help=f"write `param code: {name} = …`"))


def members(name: str, text: str) -> Iterator[tuple[Space, Genotype]]:
    """The search spaces that a text is a member of, and which member."""
    for path in home(name).spaces:
        space = _space(path)
        try:
            yield space, space.decode(text, name)
        except NasError:
            continue


def view_of(space: Space, name: str | None) -> str:
    """The encoding that a space is asked to write, or its only one. NasErrors: NAS560, NAS561."""
    known = list(space.encodings)
    if name is None and len(known) == 1:
        return known[0]
    if not known:
        message = f"space `{space.name}` has no encoding"
        raise NasError(Diagnostic("NAS561", message, help="it would say `encode NAME = …`"))
    if name in known:
        return name
    listed = ", ".join(known)
    if name is None:
        help = f"say which: --as {known[0]}"
        raise NasError(Diagnostic("NAS561", f"space `{space.name}` encodes as {listed}", help=help))
    help = did_you_mean(name, known) or f"it encodes as {listed}"
    raise NasError(
        Diagnostic("NAS560", f"space `{space.name}` has no encoding `{name}`", help=help)
    )


def summary(name: str) -> dict[str, Any]:
    """What a list of encodings says of one."""
    place = home(name)
    return {
        "name": place.name,
        "doc": encoding(name).doc,
        "declared": _stem(place.declared),
        "program": _stem(place.program) if place.program else None,
        "converts_to": list(place.others),
        "spaces": [_stem(path) for path in place.spaces],
    }


def _stem(path: str) -> str:
    return os.path.basename(path).removesuffix(".nas")
