"""BlockQNN: Zhong, Yan, Wu, Shao, Liu, "Practical block-wise neural network architecture
generation", CVPR 2018.

Q-learning as in MetaQNN, with three changes. Every choice is rewarded by its share r_T / T of the
block's reward, so that the first choices are learnt as soon as the last (reward shaping). Blocks are
sampled and learnt in batches, and ε falls by iterations: 178 of them. And the accuracy of a short
training is corrected by what it does no justice to:

    reward = accuracy_early_stop - μ log(FLOPs) - ρ log(density)

with FLOPs = 2 · MACs and density the edges per node of the block (nasdsl.strategies.density).

The paper does not print μ and ρ: the defaults are small for accuracies of 0..1. What is sampled again
is served from memory, as MetaQNN does.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from pydantic import Field

from nasdsl.costs import cost

from .density import check_block, density
from .q_learner import QConfig, QLearner, Schedule

if TYPE_CHECKING:
    from nasdsl.space import Space

    from .base import Trial

ITERATIONS = (95, 7, 7, 7, 10, 10, 10, 10, 10, 12)
PAPER = tuple(((10 - i) / 10, count) for i, count in enumerate(ITERATIONS))


class BlockQNNConfig(QConfig):
    """The paper's schedule takes 178 batches of 64 blocks: for about 100 trials there is
    `block_qnn(epsilon = short, batch = 1, alpha = 0.5, replay = 20)`."""

    epsilon: Schedule = Field(
        default=PAPER,
        description="[ε, iterations] pairs, the last ε stays; `short` is a schedule of 100",
    )
    batch: int = Field(default=64, ge=1, description="blocks of an iteration")
    replay: int = Field(default=128, ge=0, description="blocks replayed an iteration")
    shaped: bool = Field(
        default=True,
        description="reward every choice by its share of the whole, not the last one alone",
    )
    mu: float = Field(default=0.01, ge=0, description="the weight of log(FLOPs)")
    rho: float = Field(default=0.01, ge=0, description="the weight of log(density)")
    block: str = Field(
        default="",
        description="the motif whose density counts; left out, the graphs of the whole network",
    )


class BlockQNN(QLearner):
    Config = BlockQNNConfig

    def __init__(self, space: Space, config: BlockQNNConfig, seed: int) -> None:
        super().__init__(space, config, seed)
        check_block(space, config.block)

    def reward(self, trial: Trial) -> float:
        config: BlockQNNConfig = self._config
        reward = trial.values[0]
        macs = trial.metrics.get("macs")
        if config.rho or macs is None:
            architecture = self._space.build(trial.genotype)
            macs = cost(architecture).macs if macs is None else macs
            reward -= config.rho * log(density(architecture, config.block))
        return reward - config.mu * log(max(1.0, 2 * macs))
