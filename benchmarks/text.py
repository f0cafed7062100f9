"""A file of 200 KB: parsing, checking of names and formatting, against Lark on the same grammar."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from lark import Lark

from nasdsl.checks import static_mistakes
from nasdsl.format import format_text
from nasdsl.parser import parse
from nasdsl.spans import Source

from .measure import Contest, Peer, Work

SIZE = 200_000
PIECE = """\
motif edge{i}(c, stride = 1) = one of {{
  none:         zero(stride)
  skip_connect: identity if stride == 1 else conv(1, out = c, stride = stride)
  max_pool_3x3: max_pool(3, stride = stride) -> bn  # the pool keeps the size
  sep_conv_3x3: relu -> dw_conv(3, stride = stride) -> conv(1, out = c) -> bn
  dil_conv_5x5: relu -> dw_conv(5, stride = stride, dilation = 2) -> conv(1, out = c) -> bn
}}

# Every node sums two earlier states; what nobody reads is the output.
motif cell{i}(c, nodes = {n}, reduction = false) = graph (a, b) {{
  s = [a, b]
  for i in 1..nodes {{
    s += sum(pick 2 of [x -> edge{i}(c, 2 if reduction and j < 2 else 1) for j, x in s])
  }}
  when c > 64 or not reduction {{
    y = concat(loose(s)) -> conv(1, out = c) -> bn
  }} else {{
    y = sum(s[2..])
  }}
  out y
}}

let width{i} = any [16, 24, {w}]
let depth{i} = any 1..{n}
motif stage{i} = repeat depth{i} as k {{
  conv([3, 3], out = width{i} * (k + 1), stride = 2 if k == 0 else 1) -> bn -> (relu | silu | tanh)
}}

"""


def generate(size: int) -> str:
    """A file of about this many characters, of the density of the shipped spaces."""
    parts = ['space generated "made for the benchmark"\n\n']
    length, i = 0, 0
    while length < size:
        parts.append(PIECE.format(i=i, n=2 + i % 5, w=32 + 8 * (i % 7)))
        length += len(parts[-1])
        i += 1
    parts.append("network = image(3, 32, 32) -> stage0 -> global_avg_pool -> linear(10)\n")
    return "".join(parts)


def contests(small: bool) -> Iterator[Contest]:
    text = generate(2_000 if small else SIZE)
    source = Source("generated.nas", text)
    program = parse(source)
    formatted = format_text(text)
    lark = bare_lark()

    def peer(bar: float | None) -> Peer:
        return Peer("Lark, tree with positions", lambda: Work(lambda: lark.parse(text)), bar)

    def check() -> str:
        if mistakes := static_mistakes([program]):
            raise AssertionError(str(mistakes[0]))
        if format_text(formatted) != formatted:
            raise AssertionError("the formatter is not idempotent")
        return f"{len(text):,} characters, {len(text.splitlines()):,} lines"

    group = "Text"
    yield Contest(
        group, "parse to the tree of nasdsl", Work(lambda: parse(source)), [peer(1)], check=check
    )
    yield Contest(group, "parse and check the names", Work(lambda: static_mistakes([parse(source)])),
                  [peer(0.5)])  # fmt: skip
    yield Contest(group, "format (parses, and compares the result)", Work(lambda: format_text(text)),
                  [peer(0.25)])  # fmt: skip


def bare_lark() -> Lark:
    """Lark as it comes, on our grammar: LALR, a tree of everything, positions kept."""
    grammar = files("nasdsl.grammar").joinpath("nas.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True)
