"""Published notations, to values and back: the strings of NAS-Bench-201 and genotypes of DARTS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from nasdsl.encodings import Encoding
from nasdsl.encodings.library import encoding
from nasdsl.spans import Source

from .measure import Contest, Peer, Work

FLOOR = 20_000
"""Texts a second on one core, requirements included."""
_BENCH_OPS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
_DARTS_OPS = (
    "none", "max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5",
    "dil_conv_3x3", "dil_conv_5x5",
)  # fmt: skip


def bench_text(rng: Random) -> str:
    nodes = [[f"{rng.choice(_BENCH_OPS)}~{j}|" for j in range(i + 1)] for i in range(3)]
    return "+".join("|" + "".join(node) for node in nodes)


def darts_text(rng: Random) -> str:
    cells = []
    for _ in range(2):
        pairs = [(rng.choice(_DARTS_OPS), j) for i in range(4) for j in rng.sample(range(i + 2), 2)]
        cells.append(str(pairs))
    return (
        f"Genotype(normal={cells[0]}, normal_concat=range(2, 6), "
        f"reduce={cells[1]}, reduce_concat=[2, 3, 4, 5])"
    )


def contests(small: bool) -> Iterator[Contest]:
    rng = Random(0)
    count = 5 if small else 500
    split: list[Peer] = [Peer("str.split, nothing checked", lambda: _by_hand(texts[0]))]
    texts = [[bench_text(rng) for _ in range(count)], [darts_text(rng) for _ in range(count)]]
    for name, some, hand in (("nasbench201", texts[0], split), ("darts", texts[1], [])):
        notation = encoding(name)
        group = f"Encodings: {notation.doc.split(' (')[0]}"
        decode, encode = notation.decode, notation.encode
        values = [decode(text) for text in some]

        def slowly(notation: Encoding = notation, some: Sequence[str] = some) -> Work:
            few = some[:50]
            return Work(_all(lambda t: notation.read(Source("text", t)), few), len(few))

        def check(notation: Encoding = notation, some: Sequence[str] = some) -> str:
            values = [notation.decode(text) for text in some]
            assert values == [notation.read(Source("text", t)).value for t in some]
            assert [notation.decode(notation.encode(v)) for v in values] == values
            return f"{FLOOR:,} a second are wanted; {len(some)} random codes, requirements included"

        yield Contest(group, "text to value", Work(_all(decode, some), count),
                      [Peer("Lark, the same grammar, no requirements", slowly, 5), *hand],
                      at_most=1 / FLOOR, check=check)  # fmt: skip
        yield Contest(group, "value to text", Work(_all(encode, values), count), at_most=1 / FLOOR)


def _all(call: Callable[[Any], object], items: Sequence[Any]) -> Callable[[], object]:
    return lambda: [call(item) for item in items]


def _by_hand(texts: Sequence[str]) -> Work:
    """As the benchmark's own code takes its strings apart."""

    def read(text: str) -> list[list[tuple[str, int]]]:
        nodes = []
        for node in text.split("+"):
            pairs = [edge.split("~") for edge in node.split("|") if edge]
            nodes.append([(op, int(place)) for op, place in pairs])
        return nodes

    return Work(_all(read, texts), len(texts))
