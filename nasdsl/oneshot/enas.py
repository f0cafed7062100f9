"""ENAS: Pham, Guan, Zoph, Le, Dean, "Efficient neural architecture search via parameter sharing", ICML 2018.

Two turns: for an epoch the shared weights learn along paths that the LSTM controller draws, then the
controller makes `steps` updates by REINFORCE, each on the accuracies of `batch` paths on held-out
batches. The controller is that of the strategy `reinforce`, here of 100 units with temperature 5,
tanh constant 1.1, Adam with 0.0035, a baseline of decay 0.99 and an entropy bonus of 1e-4. In the end
`samples` are drawn, scored on one batch, and the best is derived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.strategies import Strategy

from .asked import Asked
from .derive import best_of
from .sampled import SampledConfig, scorer
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .engine import Engine


class EnasConfig(SampledConfig):
    epochs: int = Field(default=150, ge=1, description="passes over the samples of the weights")
    lr: float = Field(default=0.05, gt=0, description="of the weights, at first; cosine")
    nesterov: bool = Field(default=True, description="Nesterov's form of momentum")
    weight_decay: float = Field(default=1e-4, ge=0, description="of the weights")
    valid_share: float = Field(
        default=0.1, gt=0, lt=1, description="share of samples that architectures are chosen by"
    )
    steps: int = Field(default=30, ge=1, description="updates of the controller after each epoch")
    batch: int = Field(default=10, ge=1, description="paths of an update")
    controller_lr: float = Field(default=3.5e-3, gt=0, description="of the controller's Adam")
    hidden: int = Field(default=100, ge=1, description="units of the controller's LSTM")
    temperature: float = Field(
        default=5.0, gt=0, description="the controller's logits are divided by it"
    )
    tanh_constant: float = Field(default=1.1, gt=0, description="bound of the controller's logits")
    entropy: float = Field(default=1e-4, ge=0, description="weight of the entropy bonus")
    baseline: float = Field(default=0.99, ge=0, lt=1, description="decay of the rewards' average")
    samples: int = Field(default=100, ge=1, description="genotypes that are drawn in the end")
    batches: int = Field(default=1, ge=0, description="held-out batches that score them")


class EnasMethod(Asked[EnasConfig]):
    """An epoch of the weights, then one of the controller."""

    def proposer(self, seed: int) -> Strategy:
        c = self.config
        options = {
            "hidden": c.hidden, "layers": 1, "init": 0.1, "temperature": c.temperature,
            "tanh_constant": c.tanh_constant, "lr": c.controller_lr, "batch": c.batch,
            "decay": c.baseline, "entropy": c.entropy, "power": 1.0,
        }  # fmt: skip
        return self.make("reinforce", options, seed)

    def sample(self, engine: Engine) -> Genotype:
        policy: Any = self.strategy
        for _ in range(100):
            found: Genotype = policy.policy.sample(self.space, engine.rng)[0]
            if self.space.feasible(found):
                return found
        return self.space.sample_feasible(engine.rng)

    def after_epoch(self, engine: Engine) -> bool:
        held = engine.held(seed=engine.rng.randrange(2**31))
        for step in range(self.config.steps * self.config.batch):
            self.tell(engine, self.ask(engine), [held[step % len(held)]])
        return False

    def derive(self, engine: Engine) -> list[Genotype]:
        drawn = [self.sample(engine) for _ in range(self.config.samples)]
        batches = engine.held(self.config.batches or None, engine.rng.randrange(2**31))
        return best_of(drawn, scorer(engine, batches), self.config.keep)


class Enas(OneShot):
    Config = EnasConfig
    method = EnasMethod
