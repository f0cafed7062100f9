"""Curves of a search: lines of JSON, and TensorBoard's events, which are read back."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from nasdsl.diagnostics import NasError
from nasdsl.oneshot.curves import Curves, alpha, probabilities
from nasdsl.oneshot.engine import Epoch
from nasdsl.oneshot.names import BOARD, CURVES, FOLDER


def epoch(number: int, loss: float) -> Epoch:
    curves = {alpha("cell/edge", 0): 0.25 * number, alpha("cell/edge", 1): 1 - 0.25 * number}
    return Epoch(number, 3, 0.1, loss, 0.5, 1.0, curves)


def write(folder: Path, epochs: list[Epoch], *, keep: int = 0, board: bool = False) -> None:
    curves = Curves(folder, board)
    curves.keep(keep)
    for one in epochs:
        curves.write(one)
    curves.close()


def test_epochs_that_are_made_again_stand_once(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    write(folder, [epoch(1, 3.0), epoch(2, 2.0)])
    write(folder, [epoch(2, 2.5), epoch(3, 1.0)], keep=1)
    lines = [json.loads(line) for line in (folder / CURVES).read_text().splitlines()]
    assert [(line["number"], line["loss"]) for line in lines] == [(1, 3.0), (2, 2.5), (3, 1.0)]
    assert probabilities(tmp_path) == {"cell/edge": [0.75, 0.25]}


def test_half_a_line_of_a_search_that_died_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    write(folder, [epoch(1, 3.0)])
    with (folder / CURVES).open("a") as file:
        file.write('{"number": 2, "curv')
    assert probabilities(tmp_path) == {"cell/edge": [0.25, 0.75]}
    write(folder, [epoch(2, 2.0)], keep=1)
    assert probabilities(tmp_path) == {"cell/edge": [0.5, 0.5]}


def test_events_hold_the_probabilities_of_options(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    write(tmp_path, [epoch(1, 3.0), epoch(2, 2.0)], board=True)
    write(tmp_path, [epoch(2, 2.5), epoch(3, 1.0)], keep=1, board=True)
    found = EventAccumulator(str(tmp_path / BOARD)).Reload()
    names = {"loss", "accuracy", "lr", alpha("cell/edge", 0), alpha("cell/edge", 1)}
    assert set(found.Tags()["scalars"]) == names
    assert [(e.step, e.value) for e in found.Scalars("loss")] == [(1, 3.0), (2, 2.5), (3, 1.0)]
    assert [e.value for e in found.Scalars(alpha("cell/edge", 0))] == [0.25, 0.5, 0.75]


def test_what_tensorboard_takes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(NasError, match="NAS323") as caught:
        Curves(tmp_path, True)
    assert caught.value.diagnostics[0].help == "pip install 'nasdsl[supernet]'"
    Curves(None, True)  # another process of the same search writes nothing
