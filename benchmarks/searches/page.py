"""SEARCHES.md, from the results that are kept: no table of accuracies is needed to write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .plans import PLANS
from .problems import OUTLINES, Outline
from .results import BASELINE, Result, read

PREFACE = """\
# Searches

Every strategy on tables of trained networks, with the same budget. Written by
`python -m benchmarks.searches --record`; a row is recorded again by its name, as in
`python -m benchmarks.searches regularized_evolution --runs 500 --record`, and the page alone is
written again by `--page`. `results/` holds what every run found. The tables are taken from the
folder that the variable NASDSL_DATA names.

Figures are means ± standard deviations over runs of different seeds. “Against random” is the mean
difference to random search of the same seeds, with its 95 % confidence interval (Student's t on
the paired differences): **bold** where the interval is above zero, *italic* where it is below.
A strategy sees nothing but genotypes and the objective, as in `nasdsl search`; ms is its own CPU
time for one trial.
"""
VERSUS = "run by run of the same seeds: p is of a one-sided t-test on the differences."


def page() -> str:
    """The whole page, of what is kept."""
    sections = (section(outline, kept(outline.name)) for outline in OUTLINES.values())
    return "\n".join([PREFACE, overview(), *sections])


def overview() -> str:
    """Every label against the baseline, a column for each problem."""
    found = {o.name: {r.label: r for r in kept(o.name)} for o in OUTLINES.values()}
    lines = ["## Overview", "", "Against random search, in the units of the sections below:", ""]
    lines += [_line(["strategy", *(f"{o.title}: {o.headline}" for o in OUTLINES.values())])]
    lines += [_line(["---"] * (1 + len(OUTLINES)))]
    for label in sorted(PLANS):
        rows = [(o, found[o.name].get(label)) for o in OUTLINES.values()]
        cells = [_difference(result, o.headline) if result else "" for o, result in rows]
        if any(cells):
            lines.append(_line([label, *cells]))
    return "\n".join([*lines, "", *_below(found), ""])


def _below(found: Mapping[str, Mapping[str, Result]]) -> Iterator[str]:
    """What is said of the labels that are not above the baseline everywhere."""
    yield "Not above random search with confidence:"
    yield ""
    for label, plan in sorted(PLANS.items()):
        mine = {o.name: found[o.name][label] for o in OUTLINES.values() if label in found[o.name]}
        above = {
            name: r.against[OUTLINES[name].headline][1] > 0 for name, r in mine.items() if r.against
        }
        where = [OUTLINES[name].title for name, is_above in above.items() if not is_above]
        if where:
            ending = f": {plan.below}" if plan.below else ""
            yield f"- {label} on {', '.join(where)}{'' if any(above.values()) else ', and above it nowhere'}{ending}."


def kept(problem: str) -> list[Result]:
    """The results of a problem that are kept, in the order of the plans."""
    return [r for label in PLANS if (r := read(problem, label)) is not None]


def section(outline: Outline, found: Sequence[Result]) -> str:
    """The tables and plots of a problem."""
    lines = [f"## {outline.title}", "", outline.text, ""]
    lines += [*_table(outline, found), ""]
    if outline.published:
        lines += ["Against the published means:", "", *_published(outline, found), ""]
    if any(result.versus for result in found):
        lines += [f"Held against others, {VERSUS}", "", *_versus(outline, found), ""]
    families = dict.fromkeys(PLANS[r.label].family for r in found if r.label != BASELINE)
    lines += [f"![{family}](plots/{plot_name(outline.name, family)})" for family in families]
    return "\n".join(lines) + "\n"


def plot_name(problem: str, family: str) -> str:
    return f"{problem}-{family.replace(' ', '_')}.svg"


def _table(outline: Outline, found: Sequence[Result]) -> Iterator[str]:
    last = outline.headline
    heads = ["strategy", "runs", "trials", *outline.columns, f"against random: {last}", "ms"]
    yield _line(heads)
    yield _line(["---"] * len(heads))
    for result in sorted(found, key=lambda r: -r.figures[last][0]):
        figures = ["{:.2f} ± {:.2f}".format(*result.figures[column]) for column in outline.columns]
        yield _line([
            _name(result), str(result.runs), f"{result.trials:.0f}", *figures,
            _difference(result, last), f"{result.milliseconds:.3g}",
        ])  # fmt: skip


def _name(result: Result) -> str:
    options = ", ".join(f"{key} = {_spelt(value)}" for key, value in result.config.items())
    why = PLANS[result.label].why
    return f"`{result.strategy}{f'({options})' if options else ''}`" + (f": {why}" if why else "")


def _spelt(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list() | tuple():
            return "[" + ", ".join(map(_spelt, value)) + "]"
        case _:
            return str(value)


def _difference(result: Result, column: str) -> str:
    if column not in result.against:
        return ""
    mean, low, high = result.against[column]
    mark = "**" if low > 0 else "*" if high < 0 else ""
    return f"{mark}{mean:+.2f}{mark} ({low:+.2f} … {high:+.2f})"


def _published(outline: Outline, found: Sequence[Result]) -> Iterator[str]:
    heads = ["strategy", "", *outline.columns, "within " + _tolerances(outline)]
    yield _line(heads)
    yield _line(["---"] * len(heads))
    for result in found:
        row = outline.published.get(result.label)
        if row is None:
            continue
        ours = [result.figures[name][0] for name in outline.columns]
        gaps = [mine - theirs for mine, theirs in zip(ours, row, strict=True)]
        wider = outline.wider.get(result.label, 1)
        met = all(abs(g) <= most * wider for g, most in zip(gaps, outline.tolerance, strict=True))
        yield _line([f"`{result.strategy}`", "published", *(f"{v:.2f}" for v in row), ""])
        yield _line(
            [
                "",
                f"here ({result.runs} runs), difference",
                *(f"{gap:+.2f}" for gap in gaps),
                ("yes" if met else "no") + (f", {wider:g} times that" if wider != 1 else ""),
            ]
        )


def _versus(outline: Outline, found: Sequence[Result]) -> Iterator[str]:
    runs = {result.label: result.runs for result in found}
    yield _line(["strategy", "against", "pairs", f"difference: {outline.headline}", "p"])
    yield _line(["---"] * 5)
    for result in found:
        for label, (mean, low, high, chance) in result.versus.items():
            pairs = str(min(result.runs, runs[label]))
            difference = f"{mean:+.2f} ({low:+.2f} … {high:+.2f})"
            yield _line([result.label, label, pairs, difference, _chance(chance)])


def _chance(p: float) -> str:
    return f"{p:.1g}" if p >= 1e-6 else "< 1e-6"


def _tolerances(outline: Outline) -> str:
    return " / ".join(f"{most:g}" for most in dict.fromkeys(outline.tolerance))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
