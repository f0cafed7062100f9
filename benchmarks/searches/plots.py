"""Curves of what is lost against what is spent, one SVG for each family of strategies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .page import kept, plot_name
from .plans import PLANS
from .problems import OUTLINES, Outline
from .results import BASELINE, Result

FOLDER = Path(__file__).parents[1] / "plots"


def draw() -> None:
    """Every plot of the page; the baseline is in each of them."""
    for outline in OUTLINES.values():
        found = kept(outline.name)
        for family in dict.fromkeys(PLANS[r.label].family for r in found if r.label != BASELINE):
            mine = [r for r in found if BASELINE == r.label or PLANS[r.label].family == family]
            _draw(outline, mine, FOLDER / plot_name(outline.name, family))


def _draw(outline: Outline, results: Sequence[Result], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    settings = {"svg.fonttype": "none", "svg.hashsalt": path.name, "font.size": 9}
    with pyplot.rc_context(settings):
        figure, axes = pyplot.subplots(figsize=(6.4, 4.0), layout="constrained")
        for result in results:
            points, means, halves = result.curve
            dashed = result.label == BASELINE
            style = {"color": "black", "linestyle": "--"} if dashed else {}
            (line,) = axes.plot(points, means, label=result.label, linewidth=1.4, **style)
            low = [mean - half for mean, half in zip(means, halves, strict=True)]
            high = [mean + half for mean, half in zip(means, halves, strict=True)]
            axes.fill_between(points, low, high, alpha=0.15, linewidth=0, color=line.get_color())
        axes.set_yscale("log")
        axes.set_xlabel(outline.unit)
        axes.set_ylabel(outline.regret)
        axes.set_xlim(0, outline.budget)
        axes.grid(which="both", alpha=0.25, linewidth=0.5)
        axes.legend(frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
        pyplot.close(figure)
