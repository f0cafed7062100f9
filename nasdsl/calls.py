"""Arguments against parameters: the static check of calls whose function is known by name."""

from __future__ import annotations

from collections.abc import Iterator

from . import syntax as s
from .diagnostics import Diagnostic, did_you_mean
from .record import Record, record
from .spans import Span


@record
class Signature(Record):
    """What a function takes: the first `required` of `positional` must be given, by place or name;
    `variadic` takes more of them; `keywords` are taken by name only, `needed` must be given, and
    `open` takes any name. A top-level name of the program may stand for a `weak` function."""

    positional: tuple[str, ...] = ()
    required: int = 0
    variadic: bool = False
    keywords: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    open: bool = False
    weak: bool = False

    @property
    def must(self) -> tuple[str, ...]:
        return self.positional[: self.required] + self.needed


def motif_signature(motif: s.Motif) -> Signature:
    """Parameters without default may stand after some with one."""
    names = tuple(f.name for f in motif.formals)
    return Signature(names, needed=tuple(f.name for f in motif.formals if f.default is None))


def show(name: str, signature: Signature) -> str:
    """A function as documentation writes it: conv(kernel, out = …)."""
    must = set(signature.must)
    named = [*signature.positional, *signature.keywords, *(n for n in signature.needed if n not in signature.positional)]  # fmt: skip
    parts = [n if n in must else f"{n} = …" for n in dict.fromkeys(named)]
    return f"{name}({', '.join([*parts, *(['…'] if signature.variadic else [])])})"


def check_order(call: s.Call) -> Iterator[Diagnostic]:
    """What is wrong with any call, whatever its function: order and repetition."""
    named: dict[str, s.Argument] = {}
    for argument in call.arguments:
        if argument.name is None:
            if named:
                message = "a positional argument stands after a named one"
                help = "put it first, or name it"
                yield Diagnostic("NAS130", message, argument.span, help=help)
        elif argument.name in named:
            notes = (("first given here", named[argument.name].span),)
            message = f"`{argument.name}` is given twice"
            yield Diagnostic("NAS131", message, argument.span, notes=notes)
        else:
            named[argument.name] = argument


def check_call(
    call: s.Call, name: str, signature: Signature, defined: Span | None
) -> Iterator[Diagnostic]:
    """What is wrong with the arguments of a call of a known function."""
    usage = f"it is `{show(name, signature)}`"
    notes = ((f"`{name}` is defined here", defined),) if defined else ()
    positional = [a for a in call.arguments if a.name is None]
    limit = len(signature.positional)
    if len(positional) > limit and not signature.variadic:
        count = f"{limit} argument{'s' * (limit != 1)}" if limit else "no arguments"
        message = f"`{name}` takes {count}, not {len(positional)}"
        yield Diagnostic("NAS134", message, positional[limit].span, "", notes, usage)
    strange = False
    given = set(signature.positional[: len(positional)])
    known = (*signature.positional, *signature.keywords, *signature.needed)
    for argument in call.arguments:
        if argument.name is None:
            continue
        if argument.name in given and argument.name in signature.positional[: len(positional)]:
            message = f"`{argument.name}` is given both by place and by name"
            yield Diagnostic("NAS131", message, argument.span, "", notes, usage)
        elif argument.name not in known and not signature.open:
            strange = True
            message = f"`{name}` has no parameter `{argument.name}`"
            help = did_you_mean(argument.name, known) or usage
            yield Diagnostic("NAS132", message, argument.span, "", notes, help)
        given.add(argument.name)
    missing = [f"`{n}`" for n in signature.must if n not in given]
    if missing and not strange:  # a strange one is likely what is missing
        message = f"`{name}` needs {' and '.join(missing)}"
        yield Diagnostic("NAS133", message, call.span, "", notes, usage)
