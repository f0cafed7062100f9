"""The states of tabular learners: kinds of decisions, features, what is said of wrong ones."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasdsl import NasError, load, parse_space
from nasdsl.parser import parse_text
from nasdsl.settings import read_settings
from nasdsl.strategies import make_strategy
from nasdsl.strategies.abstraction import Observer, check_names, feature, kind_of
from nasdsl.strategies.atoms import Atom, atoms
from nasdsl.study.config import read_search
from nasdsl.syntax import Search

from ..generate import spaces
from ..test_meaning import open_space
from .tables import ROOT


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("cell/i[2]/n/y[1]/edge", "cell/i/n/y/edge"),
        ("stage#3/repeat[0]", "stage/repeat"),
        ("ops#2", "ops"),
        ("block/i[3]/s=conv/conv_bn/k", "block/i/s=conv/conv_bn/k"),
        ("rest=conv/rest=pool(2,2)/rest", "rest"),
        ("rest=pool(2,2)/rest=conv/conv_relu/k", "rest=conv/conv_relu/k"),
        ("a/b=x/a/b=y/c", "a/b=y/c"),
    ],
)
def test_kinds(key: str, kind: str) -> None:
    assert kind_of(key) == kind
    assert kind_of(kind) == kind


def states(features: list[str], choices: list[tuple[str, int]]) -> list[str]:
    """What follows the kind and the count in each state."""
    observer = Observer([feature(f) for f in features])
    found = []
    for key, option in choices:
        atom = Atom(key, 3, [0, option] if option else [0])
        found.append(observer.state(atom).split("|", 2)[2])
        observer.took(atom, option)
    return found


WALK = [("a[0]", 0), ("a[1]", 2), ("b/k", 1), ("a[2]", 0)]


def test_features() -> None:
    assert states(["kind"], WALK) == ["", "", "", ""]
    assert states(["decision"], WALK) == ["a[0]", "a[1]", "b/k", "a[2]"]
    assert states(["position"], WALK) == ["0", "1", "2", "3"]
    assert states(["options"], WALK) == ["0", "0,2", "0,1", "0"]
    assert states(["last"], WALK) == ["", "a=0", "a=2", "b/k=1"]
    assert states(["history(2)"], WALK) == ["", "a=0", "a=0,a=2", "a=2,b/k=1"]
    assert states(["all"], WALK)[3] == "a=0,a=2,b/k=1"
    assert states(['value("a")'], WALK) == ["[]", "[0]", "[2]", "[2]"]
    assert states(["count(a)", "value(k)"], WALK) == ["0|[]", "1|[]", "2|[]", "2|[1]"]
    assert states(["count(*)"], WALK) == ["0", "1", "2", "3"]


SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(spaces(), st.integers(0, 2**32))
def test_states_tell_genotypes_apart(text: str, seed: int) -> None:
    """With `all`, equal states have seen equal choices; without, states still fit their options."""
    space = open_space(text)
    rng = Random(seed)
    seen: dict[str, tuple[object, ...]] = {}
    counts: dict[str, int] = {}
    for _ in range(8):
        every, kinds = Observer(["decision", "all"]), Observer(["kind"])
        taken: list[object] = []
        for atom, option in atoms(space, space.sample(rng)):
            assert seen.setdefault(every.state(atom), tuple(taken)) == tuple(taken)
            assert counts.setdefault(kinds.state(atom), atom.count) == atom.count
            every.took(atom, option)
            kinds.took(atom, option)
            taken.append((kind_of(atom.key), option))


def test_the_states_of_metaqnn() -> None:
    """Two chains with different early layers are in the same state: depth, last layer, size."""
    space = load(ROOT / "spaces" / "metaqnn.nas", {"L": 4, "size": 16})
    features = ["count(rest)", "value(rest)", "value(k)", "value(c)", "options"]
    check_names(features, space)
    ends = []
    for first in ("C(64,3,1)", "C(512,1,1)"):
        genotype = space.decode(f"{first}-C(128,5,1)-P(2,2)-SM(10)", "metaqnn")
        observer = Observer(features)
        for atom, option in atoms(space, genotype):
            last = observer.state(atom)
            observer.took(atom, option)
        ends.append(last)
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("positon", "did you mean `position`"),
        ("depth", "there are kind, decision"),
        ("history", "takes an argument: history(2)"),
        ("histroy", "did you mean `history`"),
        ("history(0)", "at least 1"),
        ({"name": "history", "args": [], "kwargs": {}}, "a name or a call"),
        ({"name": "values", "args": ["k"], "kwargs": {}}, "did you mean `value`"),
        (3, "a name or a call"),
    ],
)
def test_wrong_features(value: object, message: str) -> None:
    with pytest.raises(ValueError, match="(?s)" + re.escape(message)):
        feature(value)


def test_wrong_names_of_decisions() -> None:
    space = parse_space("space s\nnetwork = vector(4) -> linear(any [4, 8]) -> (relu | tanh)")
    (path, _), *_ = space.all_decisions()
    with pytest.raises(NasError, match="NAS329") as caught:
        make_strategy("q_learning", space, {"state": [f"value({path}x)"]}, 0)
    assert "did you mean `" in str(caught.value)


def test_the_search_block() -> None:
    text = 'strategy = q_learning(state = [decision, history(2), value("k")], epsilon = short)'
    (block,) = parse_text(f"search {{ {text} }}").items
    assert isinstance(block, Search)
    read_search(read_settings(block, {}))
    wrong = text.replace("decision", "decisions")
    (block,) = parse_text(f"search {{ {wrong} }}").items
    assert isinstance(block, Search)
    with pytest.raises(NasError, match="did you mean `decision`"):
        read_search(read_settings(block, {}))
