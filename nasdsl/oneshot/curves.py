"""The numbers of a search over its epochs: curves.jsonl, and TensorBoard's files if they are asked for."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import fail
from nasdsl.extras import need

from .names import BOARD, CURVES, FOLDER

if TYPE_CHECKING:
    from .engine import Epoch


ALPHA = "alpha"


def alpha(path: str, option: int) -> str:
    """The name of the probability of an option among the curves."""
    return f"{ALPHA}/{path}/{option}"


def probabilities(run: Path) -> dict[str, list[float]]:
    """The probabilities of the options of each decision, by path, after the last epoch of a run's
    folder. NAS626 if there are none."""
    path = run / FOLDER / CURVES
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found: dict[str, list[float]] = {}
    for name, value in _last(lines).items():
        kind, _, place = name.partition("/")
        if kind == ALPHA:
            found.setdefault(place.rpartition("/")[0], []).append(value)
    if not found:
        raise fail(
            "NAS626", f"{run} holds no probabilities of options",
            help="give the folder of a run of a method that learns them, such as `darts`",
        )  # fmt: skip
    return found


def _last(lines: list[str]) -> dict[str, float]:
    """The curves of the last line that is whole: a search that died may have left half a line."""
    for line in reversed(lines):
        with suppress(json.JSONDecodeError):
            found: dict[str, float] = json.loads(line)["curves"]
            return found
    return {}


class Curves:
    """Written epoch by epoch; nothing without a folder."""

    def __init__(self, folder: Path | None, tensorboard: bool) -> None:
        self._folder = folder
        self._board = tensorboard and folder is not None
        self._writer: Any = None
        if self._board:
            need("tensorboard", "supernet")

    def keep(self, epochs: int) -> None:
        """Drop what was written after so many epochs, which are made again."""
        path = None if self._folder is None else self._folder / CURVES
        if path is not None and path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()[:epochs]
            path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")

    def write(self, epoch: Epoch) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / CURVES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(epoch)) + "\n")
        if self._board:
            self._draw(epoch, self._folder)

    def _draw(self, epoch: Epoch, folder: Path) -> None:
        if self._writer is None:
            module = need("torch.utils.tensorboard", "supernet")
            self._writer = module.SummaryWriter(str(folder / BOARD), purge_step=epoch.number)
        scalars = {"loss": epoch.loss, "accuracy": epoch.accuracy, "lr": epoch.lr, **epoch.curves}
        for name, value in scalars.items():
            self._writer.add_scalar(name, value, epoch.number)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
