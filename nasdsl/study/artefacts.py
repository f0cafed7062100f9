"""What a search leaves in its folder: the best architecture as text and code, and a summary."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasdsl.strategies import Trial, Values

from .front import front_of, spread
from .run import Search

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture

WEIGHTS = "best.safetensors"
FRONT = "front"
MOST_FILES = 100


def summary(search: Search, stopped: str) -> dict[str, Any]:
    """The outcome of a search as plain JSON."""
    progress, space = search.progress, search.task.space
    found: dict[str, Any] = {
        "space": space.name,
        "space_hash": space.hash,
        "stopped": stopped,
        "trials": {
            "done": progress.done,
            "failed": progress.failed,
            "infeasible": progress.infeasible,
        },
        "seconds": round(progress.seconds, 3),
        "objectives": [str(o) for o in search.config.objectives],
        "search": search.config.model_dump(mode="json"),
        "best": None if progress.best is None else _facts(search, progress.best),
    }
    front = front_of(search)
    if front is not None:
        found["front"] = [_facts(search, trial) for trial in front.members]
        found["hypervolume"] = front.hypervolume
        found["reference"] = _named(search, front.reference)
    return found


def write_best(search: Search, folder: Path, stopped: str) -> dict[str, Any]:
    """Write summary.json, and if a trial is done best.nas, best.py and the front; the summary.

    Weights of an earlier session stay, with what is known of them, if the best is still the same.
    """
    from nasdsl.compiler import emit
    from nasdsl.printer import print_architecture

    found = summary(search, stopped)
    best = search.progress.best
    if best is not None:
        architecture = search.task.space.build(best.genotype)
        text = search.task.space.text(best.genotype)
        program = print_architecture(architecture, f"genotype {text}")
        if _is_text(folder / "best.nas", program) and (folder / WEIGHTS).is_file():
            found = json.loads((folder / "summary.json").read_text(encoding="utf-8")) | found
        else:
            (folder / WEIGHTS).unlink(missing_ok=True)
            write_text(folder / "best.nas", program)
            write_text(folder / "best.py", emit(architecture, genotype=text))
    write_front(search, folder / FRONT)
    write_text(folder / "summary.json", json.dumps(found, indent=2) + "\n")
    return found


def write_front(search: Search, folder: Path) -> None:
    """Every member of the front as trial-NUMBER.nas, of more than MOST_FILES an even choice."""
    from nasdsl.printer import print_architecture

    front, space = front_of(search), search.task.space
    if front is None:
        return
    folder.mkdir(exist_ok=True)
    members = {f"trial-{t.number}.nas": t for t in spread(front.members, MOST_FILES)}
    for path in folder.glob("trial-*.nas"):
        if path.name not in members:
            path.unlink()
    for name, trial in members.items():
        if not (folder / name).is_file():  # a trial never changes
            text = f"genotype {space.text(trial.genotype)}"
            write_text(folder / name, print_architecture(space.build(trial.genotype), text))


def retrain_best(
    search: Search, folder: Path, stopped: str, on_epoch: Callable[[Any], bool | None] | None
) -> dict[str, Any]:
    """Train the best architecture for good; best.safetensors and the test score in the summary.

    Only for a search whose evaluator trains and that has a trial done.
    """
    from nasdsl.evaluators.config import TrainConfig
    from nasdsl.evaluators.finish import finish
    from nasdsl.printer import print_architecture

    best, choice = search.progress.best, search.config.evaluate
    if best is None or choice is None:
        raise ValueError("there is nothing to train")
    space = search.task.space
    architecture: Architecture = space.build(best.genotype)
    trial = TrainConfig.model_validate(choice.options)
    config = trial.longer(architecture.inputs[0].shape)
    text = space.text(best.genotype)
    result = finish(
        architecture,
        config,
        folder,
        text=print_architecture(architecture, f"genotype {text}"),
        genotype=text,
        seed=search.task.trial_seed(best.number),
        facts=summary(search, stopped),
        on_epoch=on_epoch,
    )
    return {"test_accuracy": result.test_accuracy, "test_loss": result.test_loss}


def _is_text(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def write_text(path: Path, text: str) -> None:
    """Replace a file in one step, so that a kill leaves the old or the new one."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _facts(search: Search, trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "genotype": search.task.space.text(trial.genotype),
        "values": _named(search, trial.values),
        "metrics": dict(trial.metrics),
        "seed": trial.seed,
    }


def _named(search: Search, values: Values) -> dict[str, float]:
    """The objectives' values by their names, as people write them."""
    pairs = zip(search.config.objectives, values, strict=True)
    return {o.name: o.unsigned(v) for o, v in pairs}
