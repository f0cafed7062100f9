"""What is accepted without the configuration models is accepted by them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasdsl.diagnostics import NasError
from nasdsl.parser import parse_text
from nasdsl.settings import CallSetting, SettingValue, read_settings
from nasdsl.study.config import read_search
from nasdsl.study.options import PATH, derive, surely_right
from nasdsl.syntax import Search

KNOWN = derive()
OPTIONS = sorted(
    {o for e in KNOWN.values() for m in e.values() for o in m["options"]} | {"strange"}
)
CHOICES = sorted({c for e in KNOWN.values() for m in e.values() for r in m["options"].values() if r for c in r.get("enum", ())})  # fmt: skip
VALUES: st.SearchStrategy[SettingValue] = st.one_of(
    st.integers(-2, 70), st.floats(-0.5, 2.0), st.booleans(), st.sampled_from(CHOICES), st.just("x"),
    st.sampled_from([0, 1, 0.0, 1.0, float("inf"), float("nan"), 2**60, (1, 2), CallSetting("crop", (4,))]),
)  # fmt: skip


def test_the_file_is_what_the_models_say() -> None:
    """If not: `python -m nasdsl.study.options`."""
    with open(PATH, encoding="utf-8") as file:
        assert json.load(file) == KNOWN


@given(st.data())
def test_what_is_accepted_is_right(data: st.DataObject) -> None:
    setting = data.draw(st.sampled_from([*KNOWN, "objective"]))
    name = data.draw(
        st.sampled_from([*KNOWN.get(setting, ["maximize", "minimize", "most"]), "python"])
    )
    own = list(KNOWN.get(setting, {}).get(name, {}).get("options", {})) or ["metric"]
    keys = st.sampled_from([*own, *own, *OPTIONS])
    args = data.draw(st.lists(VALUES, max_size=2))
    call = CallSetting(name, tuple(args), data.draw(st.dictionaries(keys, VALUES, max_size=2)))
    if surely_right({setting: (call,)}):
        read_search({setting: (call,)})


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("strategy = regularized_evolution(population = 24, sample = 6)", True),
        ("strategy = regularized_evolution(24, 6)", True),
        ("strategy = regularized_evolution(24, population = 6)", False),
        ("strategy = regularized_evolution(population = 0)", False),
        ("strategy = regularized_evolution(poplation = 3)", False),
        ("strategy = local", False),
        ("evaluate = train(data = \"digits\", lr = 0.1, optimizer = sgd) budget = 3 time = \"2h\"", True),
        ("evaluate = train(optimizer = sgdd)", False),
        ("evaluate = tabular", False),
        ("evaluate = tabular(\"a.csv\")", True),
        ("evaluate = python(\"a:b\")", False),
        ("objective = minimize(loss), accuracy", True),
        ("objective = least(loss)", False),
        ("objective = minimize", True),
        ("objective = minimize(loss, 3)", False),
    ],
)  # fmt: skip
def test_cases(text: str, right: bool) -> None:
    (block,) = parse_text(f"search {{ {text} }}").items
    assert isinstance(block, Search)
    settings = read_settings(block, {})
    assert surely_right(settings) is right
    if right:
        read_search(settings)
    else:
        with pytest.raises(NasError):
            read_search(settings)
