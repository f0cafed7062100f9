"""What a search in a supernet leaves behind: its trained weights, and those of single architectures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import fail

from . import checkpoint
from .names import CHECKPOINT, FOLDER
from .supernets import make_supernet

if TYPE_CHECKING:
    from torch import Tensor

    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


@dataclass(frozen=True, slots=True, eq=False)
class Inherited:
    """A trained supernet, and the recipe of the data that it learnt from (of TrainConfig)."""

    module: Any
    recipe: dict[str, Any]


def find_checkpoint(name: str) -> Path:
    """The checkpoint of a run folder, or the file itself. NAS620 if there is none."""
    path = Path(name).expanduser()
    for candidate in (path, path / CHECKPOINT, path / FOLDER / CHECKPOINT):
        if name and candidate.is_file():
            return candidate
    raise fail(
        "NAS620", f"there is no supernet in {name or 'the settings'}",
        help="give `file`, the run folder of a search by a strategy of the family `supernet`",
    )  # fmt: skip


def inherited(path: Path, space: Space) -> Inherited:
    """The supernet of a checkpoint, on the CPU. NAS624 if it is of another space."""
    state = checkpoint.load(path)
    help = "evaluate the space of that run, with the same `--set`"
    if state["of"]["space"] != space.hash:
        raise fail(
            "NAS624", f"{path} is the supernet of another space than `{space.name}`", help=help
        )
    module = make_supernet(space, 0, state["options"]).module
    try:
        module.load_state_dict(state["supernet"])
    except RuntimeError as error:
        first = str(error).splitlines()[-1].strip()
        raise fail(
            "NAS624", f"the weights in {path} are of another network: {first}", help=help
        ) from error
    module.eval()
    return Inherited(module, state["recipe"])


def inherited_weights(path: Path, space: Space, genotype: Genotype) -> dict[str, Tensor]:
    """The state of the network of a genotype, cut out of a trained supernet."""
    found: dict[str, Tensor] = inherited(path, space).module.child_state(genotype)
    return found
