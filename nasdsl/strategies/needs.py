"""What strategies need of a space, and what they had better have: the compatibility report.

Nothing here imports a strategy: an Entry names what it needs and what to be warned of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.record import Record, record

from . import entries, entry

if TYPE_CHECKING:
    from nasdsl.domains import Domain
    from nasdsl.relax import Relaxed
    from nasdsl.space import Space

Test = Callable[["Space"], str | None]

LOOKED_AT = 1_000  # decisions of a space; those of larger ones are much alike
ENDLESS = 10**6
CROWDED = 4_096
WIDE = 256
PARTS = 4  # of the channels, as PC-DARTS has it by default


def _finite(space: Space) -> str | None:
    return "it has ranges of real numbers" if space.size is None else None


def _choices(space: Space) -> str | None:
    return "it has only one member" if space.size == 1 else None


def _decisions(space: Space) -> str | None:
    few = sum(1 for _ in space.all_decisions(2)) < 2
    return "it has fewer than two decisions" if few else None


def _numbers(space: Space) -> str | None:
    if any(_is_number(domain) for domain in _domains(space)):
        return None
    return "none of its decisions is a number"


def _bits(space: Space) -> str | None:
    wide = any(domain.size != 2 for domain in _domains(space))
    return "some of its decisions have more than two options" if wide else None


def _ends(space: Space) -> str | None:
    size = space.size or 0
    return f"it has {_magnitude(size)} members: this will not end" if size > ENDLESS else None


def _intervals(space: Space) -> str | None:
    real = any(domain.kind == "float" for domain in _domains(space))
    return "its real numbers are told apart by interval only" if real else None


def _neighbours(space: Space) -> str | None:
    """Real numbers have no neighbours, and steps through a wide decision are many."""
    domains = list(_domains(space))
    if any(domain.kind == "float" for domain in domains):
        return "its real numbers stay as they are drawn: no step changes them"
    if any((domain.size or 0) > CROWDED for domain in domains):
        return "a decision has thousands of options, and every one of them is a step"
    return None


def _narrow(space: Space) -> str | None:
    wide = any((domain.size or 0) > WIDE and domain.kind == "one" for domain in _domains(space))
    return f"a decision has over {WIDE} options, which are learnt digit by digit" if wide else None


def _order(space: Space) -> str | None:
    if any(domain.kind == "bit" or _is_number(domain) for domain in _domains(space)):
        return None
    return "none of its decisions is a size: nothing can be pruned"


@lru_cache(maxsize=8)  # of one report, for every strategy that needs it
def _relaxed(space: Space) -> Relaxed | str:
    """The space as a supernet, or why it has none."""
    from nasdsl.relax import relax

    try:
        return relax(space)
    except NasError as error:
        first = error.diagnostics[0]
        return f"it has no supernet: {first.message} ({first.code})"


def _relaxes(space: Space) -> str | None:
    found = _relaxed(space)
    return found if isinstance(found, str) else None


def _blocks(space: Space) -> str | None:
    from nasdsl.relax.blocks import blocks_of

    found = _relaxed(space)
    if isinstance(found, str) or len(blocks_of(found)) > 1:
        return None
    return "its decisions do not lie in blocks one after the other"


@lru_cache(maxsize=8)  # as above
def _shares(space: Space) -> str | None:
    """Whether a share of the channels can pass every mixture of operators by itself."""
    from nasdsl.relax import relax

    if isinstance(_relaxed(space), str):
        return None  # which is said already, and may have taken long
    try:
        relax(space, affine=False, pool_norm=True, partial=PARTS)
    except NasError as error:
        if (first := error.diagnostics[0]).code == "NAS616":
            return f"{first.message} (NAS616)"
    return None


#: What an Entry may need: each says why a space does not have it, or None if it has.
NEEDS: Mapping[str, Test] = {
    "finite": _finite,
    "choices": _choices,
    "decisions": _decisions,
    "numbers": _numbers,
    "bits": _bits,
    "relaxes": _relaxes,
    "blocks": _blocks,
}
#: What an Entry may be uneasy about, though it runs.
CAUTIONS: Mapping[str, Test] = {
    "ends": _ends,
    "intervals": _intervals,
    "neighbours": _neighbours,
    "narrow": _narrow,
    "order": _order,
    "shares": _shares,
}


@record
class Fit(Record):
    """How a strategy suits a space: it can search it unless there are obstacles."""

    strategy: str
    obstacles: tuple[str, ...]
    cautions: tuple[str, ...]


def obstacles(space: Space, strategy: str) -> list[str]:
    """Why a strategy cannot search a space; [] if it can. NAS321 if there is no such strategy."""
    return _said(space, NEEDS, entry(strategy).needs)


def cautions(space: Space, strategy: str, objectives: int = 1) -> list[str]:
    """What a strategy will find hard in a space that it can search, or for so many objectives."""
    known = entry(strategy)
    found = _said(space, CAUTIONS, known.cautions)
    if objectives > 1 and not known.several:
        found.append(
            "it goes by the first objective; `weighted(…)` or `mnasnet(…)` makes one of several"
        )
    return found


def report(space: Space) -> list[Fit]:
    """How every strategy suits a space and the objectives that it states."""
    count = len(space.search.get("objective", ()))
    return [
        Fit(name, tuple(obstacles(space, name)), tuple(cautions(space, name, count)))
        for name in entries()
    ]


def demand(space: Space, strategy: str) -> None:
    """NAS320 if a strategy cannot search a space."""
    if found := obstacles(space, strategy):
        message = f"`{strategy}` cannot search space `{space.name}`: {', and '.join(found)}"
        able = [name for name in entries() if not obstacles(space, name)]
        raise NasError(Diagnostic("NAS320", message, help=_choose(able)))


def _choose(able: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in able[:4]) + (", …" if len(able) > 4 else "")
    return f"take {shown}; `nasdsl strategies FILE` tells of each strategy" if able else ""


def _said(space: Space, tests: Mapping[str, Test], names: Iterable[str]) -> list[str]:
    return [why for name in names if (why := tests[name](space)) is not None]


def _domains(space: Space) -> Iterable[Domain]:
    return (domain for _, domain in space.all_decisions(LOOKED_AT))


def _is_number(domain: Domain) -> bool:
    return domain.kind == "float" or (domain.kind == "one" and domain.ordered)


def _magnitude(size: int) -> str:
    if size < 10**9:
        return f"{size:,}"
    return f"about 10^{round((size.bit_length() - 1) * 0.30103)}"
