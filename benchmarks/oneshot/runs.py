"""One search: what it derives at its end and, if it learns logits, what it would derive after each epoch."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nasdsl.evaluators.config import TrainConfig
from nasdsl.oneshot.config import OneShotConfig
from nasdsl.oneshot.strategy import OneShot
from nasdsl.strategies import make_strategy

from ..checkout import space
from ..searches.tables import KEPT
from .data import SIZES, images, known
from .plans import CELLS, PLANS, Plan

if TYPE_CHECKING:
    from nasdsl.oneshot.engine import Epoch
    from nasdsl.space import Space

RESULTS = Path(__file__).parent / "results"
SKIP = "skip_connect"


@dataclass(frozen=True, slots=True)
class Found:
    """A search. arch: NAS-Bench-201's text of the derived cell. curve: by epoch the loss, the accuracy
    on the samples of the weights, the cell that would be derived ("" if that is no matter of logits),
    and λ, the largest eigenvalue, if it is measured; empty for a supernet that another search trained.
    seconds: CPU time. tau, ranked: of the trained
    supernet's ranking of so many random architectures, against the table."""

    label: str
    seed: int
    strategy: str
    config: Mapping[str, object]
    arch: str
    seconds: float
    curve: Sequence[tuple[float, float, str, float | None]]
    tau: float | None = None
    ranked: int = 0
    scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def accuracy(self) -> float:
        return known().accuracies[self.arch]

    @property
    def skips(self) -> int:
        return self.arch.count(SKIP)


def small(plan: Plan) -> Space:
    """NAS-Bench-201's space with a small network around the cell."""
    return space("nasbench201", C=plan.width, N=CELLS, size=SIZES[plan.images])


def folder(label: str, seed: int) -> Path:
    """Where the checkpoints of a search lie; one that was stopped goes on."""
    return KEPT / "oneshot" / _name(label, seed)


def search(label: str, seed: int, changes: Mapping[str, object] | None = None) -> Found:
    plan = PLANS[label]
    config = {**plan.config, **(changes or {})}
    found, curve = small(plan), list[tuple[float, float, str, float | None]]()
    strategy = make_strategy(plan.strategy, found, config, seed)
    assert isinstance(strategy, OneShot)
    if plan.trained_by:
        _adopt(label, seed, strategy)
    strategy.attach(folder(label, seed), TrainConfig(data=images(plan.images)))

    def listen(epoch: Epoch) -> None:
        curve.append((epoch.loss, epoch.accuracy, arch(found, epoch.curves),
                      epoch.curves.get("eigenvalue")))  # fmt: skip

    strategy.listen(listen)
    began = time.process_time()
    (derived,) = strategy.ask(1)
    seconds = time.process_time() - began
    text = str(found.encode(derived, "nasbench201"))
    return Found(label, seed, plan.strategy, config, text, seconds, curve)


def _adopt(label: str, seed: int, strategy: OneShot) -> None:
    """Let a search begin with the supernet of the plan that trains the same with the same seed."""
    from nasdsl.oneshot import checkpoint
    from nasdsl.oneshot.inherit import find_checkpoint
    from nasdsl.oneshot.names import CHECKPOINT, FOLDER

    place = folder(label, seed) / FOLDER / CHECKPOINT
    other = folder(PLANS[label].trained_by, seed)
    if place.is_file() or not other.is_dir():
        return
    state = checkpoint.load(find_checkpoint(str(other)))
    before = state["of"]["config"]
    mine = type(strategy).Config(**PLANS[label].config).model_dump(mode="json")
    if any(before[name] != mine[name] for name in OneShotConfig.model_fields):
        raise ValueError(f"{PLANS[label].trained_by} is not trained as {label} is")
    identity = {**state["of"], "method": strategy.method.__name__, "config": mine}
    checkpoint.save(place, {**state, "of": identity, "derived": None})


def arch(space: Space, curves: Mapping[str, float]) -> str:
    """The cell of the strongest options, from the curves alpha/PATH/OPTION; "" without such."""
    best: dict[str, tuple[float, int]] = {}
    for name, value in curves.items():
        if name.startswith("alpha/"):
            path, option = name.removeprefix("alpha/").rsplit("/", 1)
            best[path] = max(best.get(path, (-1.0, 0)), (value, int(option)))
    if not best:
        return ""
    chosen = space.genotype({path: option for path, (_, option) in best.items()})
    return str(space.encode(chosen, "nasbench201"))


# ---------------------------------------------------------------------------- what is kept


def path(label: str, seed: int) -> Path:
    return RESULTS / f"{_name(label, seed)}.json"


def _name(label: str, seed: int) -> str:
    return f"{label}-{seed}".replace(", ", "-").replace(" ", "_")


def write(found: Found) -> None:
    RESULTS.mkdir(exist_ok=True)
    body = _rounded(asdict(found))
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in body.items())
    path(found.label, found.seed).write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def read(label: str, seed: int) -> Found | None:
    place = path(label, seed)
    return Found(**json.loads(place.read_text(encoding="utf-8"))) if place.is_file() else None


def kept(label: str) -> list[Found]:
    """What is recorded of a label, by seed."""
    return [f for seed in range(100) if (f := read(label, seed)) is not None]


def _rounded(value: object) -> dict[str, object]:
    rounded: dict[str, object] = json.loads(
        json.dumps(value), parse_float=lambda text: round(float(text), 5)
    )
    return rounded
