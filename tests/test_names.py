"""Which names count as used."""

from __future__ import annotations

from nasdsl.checks import static_mistakes
from nasdsl.parser import parse
from nasdsl.spans import Source

LIBRARY = """
motif f(last = 0) = graph (x) {{
  y = x
  for i in 0..2 {{
    y = y -> conv(3, out = {read})
    last = 8
  }}
  out y
}}
"""


def _codes(read: str) -> list[str]:
    return [d.code for d in static_mistakes([parse(Source("t.nas", LIBRARY.format(read=read)))], whole=False)]


def test_what_the_next_run_of_a_loop_reads_is_used() -> None:
    assert _codes("last if i > 0 else 4") == []


def test_what_no_run_of_a_loop_reads_is_unused() -> None:
    assert _codes("4") == ["NAS152", "NAS152"]  # the formal and the local
