"""What `check` finds out about options that name parts of a space is what strategies find out."""

from __future__ import annotations

from typing import Any

import pytest

from nasdsl import parse_space
from nasdsl.diagnostics import NasError
from nasdsl.strategies import STRATEGIES, make_strategy, strategy_class
from nasdsl.strategies.naming import NAMING, check_options

SPACE = parse_space("""
let cell = graph (x) {
  n = [x]
  for i in 1..3 {
    n += concat([n[-1]] + (some of n[..-2])) -> (conv(3, 4) | conv(5, 4))
  }
  out n[-1]
}
network = image(3, 8, 8) -> cell -> global_avg_pool -> linear(any [2, 3])
""")
#: By option, values that name what is there, and values that do not.
VALUES: dict[str, tuple[list[Any], list[Any]]] = {
    "block": (["", "cell"], ["cells"]),
    "level": (["", "i"], ["k"]),
    "skips": ([["auto"], ["none"], ["cell/i[i]/n[j]"]], [["cell/i[i]/n"], ["k[i]/n[j]"]]),
    "state": ([["last"], ["count(linear.out)"]], [["value(linear.in)"]]),
}
CASES = [
    (name, option, value, right)
    for name in STRATEGIES
    for option in NAMING.keys() & strategy_class(name).Config.model_fields.keys()
    for right, values in zip((True, False), VALUES[option], strict=True)
    for value in values
]


def code(search: Any, *arguments: Any) -> str:
    try:
        search(*arguments)
    except NasError as error:
        return error.diagnostics[0].code
    return ""


@pytest.mark.parametrize(("name", "option", "value", "right"), CASES)
def test_they_agree(name: str, option: str, value: Any, right: bool) -> None:
    found = code(check_options, SPACE, name, {option: value})
    assert (found == "") is right
    assert found == code(make_strategy, name, SPACE, {option: value}, 0)


def test_every_option_has_a_strategy() -> None:
    assert {option for _, option, _, _ in CASES} == set(NAMING) == set(VALUES)


def test_strategies_of_others_look_for_themselves() -> None:
    check_options(SPACE, "theirs", {"level": "k"})
