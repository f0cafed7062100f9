"""What users are told where a space has no supernet: tests/errors/relax/<case>.nas gives <case>.err.

`pytest tests/relax/test_errors.py --update-golden` rewrites the expectations; read them first.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nasdsl.diagnostics import NasError, render
from nasdsl.relax import relax
from nasdsl.space import load, parse_space

FOLDER = Path(__file__).parents[1] / "errors" / "relax"
OPTIONS = {"a_share_of_the_channels": {"partial": 4}}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.nas")), ids=lambda p: p.stem)
def test_diagnostics(path: Path, request: pytest.FixtureRequest) -> None:
    space = load(path)
    with pytest.raises(NasError) as error:
        relax(space, **OPTIONS.get(path.stem, {}))
    text = "\n\n".join(map(render, error.value.diagnostics)).replace(f"{FOLDER}/", "") + "\n"
    expected = path.with_suffix(".err")
    if request.config.getoption("--update-golden"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")


def test_operators_that_keep_the_channels_pass_a_share_of_them() -> None:
    """And where they cannot be cut in so many parts, all of them."""
    text = (FOLDER / "a_share_of_the_channels.nas").read_text(encoding="utf-8")
    space = parse_space(text.replace("conv(3, out = 8)", "conv(3)"))
    for share, shuffles in ((4, 2), (3, 0)):
        graph = relax(space, partial=share).architecture.graph
        assert sum(node.name == "channel_shuffle" for node in graph.nodes) == shuffles
