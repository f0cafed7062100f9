"""A search in a supernet as a strategy: the first `ask` trains it, what is derived is proposed.

A study evaluates and stores the proposals like any others. The supernet's checkpoint lies in the
run's folder, so that a search that was stopped goes on with its last whole epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from nasdsl.extras import installed, need
from nasdsl.seeds import derive_seed

from .choices import choices_of
from .config import OneShotConfig
from .fabric import EXTRA, launch
from .method import Method
from .names import FOLDER
from .supernets import make_supernet

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from nasdsl.evaluators.config import TrainConfig
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.strategies import Trial

    from .engine import Engine, Epoch


class OneShot:
    """Proposes what the method derives, then nothing more. Trials told do not change it."""

    Config: ClassVar[type[OneShotConfig]] = OneShotConfig
    method: ClassVar[type[Method[Any]]]

    def __init__(self, space: Space, config: OneShotConfig, seed: int) -> None:
        if not installed("lightning_fabric"):
            need("lightning_fabric", EXTRA)
        self._space, self._config, self._seed = space, config, seed
        self._folder: Path | None = None
        self._evaluator: TrainConfig | None = None
        self._listen: Callable[[Epoch], None] | None = None
        self._derived: list[Genotype] | None = None
        self._asked = 0

    def attach(self, folder: Path, evaluator: TrainConfig | None) -> None:
        """Keep checkpoints in a run's folder, and learn from what its evaluator trains on."""
        self._folder, self._evaluator = folder / FOLDER, evaluator

    def listen(self, listen: Callable[[Epoch], None]) -> None:
        """Be told of every epoch."""
        self._listen = listen

    def ask(self, n: int = 1) -> list[Genotype]:
        if self._derived is None:
            self._derived = launch(self._search, self._config)
        start, self._asked = self._asked, min(len(self._derived), self._asked + n)
        return self._derived[start : self._asked]

    def _search(self, fabric: Fabric) -> list[Genotype]:
        """Train and derive, in each of the processes alike."""
        return self._engine(fabric, self._space, self._config, self._seed, self._folder).run()

    def _engine(
        self, fabric: Fabric, space: Space, config: Any, seed: int, folder: Path | None
    ) -> Engine:
        """A supernet and a method, about to be trained."""
        from .data import samples_of
        from .engine import Engine

        supernet = make_supernet(space, derive_seed(seed, "supernet"), self.method.options(config))
        samples = samples_of(supernet.example, config, self._evaluator)
        method = self.method(config, space, choices_of(space, supernet.module.decisions), seed)
        return Engine(
            fabric, space, supernet.module, method, samples, config, seed,
            folder=folder, listen=self._listen if fabric.is_global_zero else None,
        )  # fmt: skip

    def __getstate__(self) -> dict[str, Any]:
        """For further processes: the space by its programs, nobody who listens."""
        space = self._space
        made = space.programs, dict(space.outline.overrides)
        return vars(self) | {"_space": made, "_listen": None}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        from nasdsl.space import Space

        programs, overrides = state["_space"]
        space = Space(programs, overrides, names_checked=True)
        vars(self).update(dict(state) | {"_space": space})

    def tell(self, trials: Sequence[Trial]) -> None:
        """What is derived does not depend on trials."""

    def state(self) -> dict[str, Any]:
        derived = self._derived
        texts = None if derived is None else list(map(self._space.text, derived))
        return {"seed": self._seed, "asked": self._asked, "derived": texts}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._seed, self._asked = state["seed"], state["asked"]
        texts = state["derived"]
        self._derived = None if texts is None else list(map(self._space.read, texts))
