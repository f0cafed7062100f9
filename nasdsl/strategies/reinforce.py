"""Policy gradients: Zoph, Le, "Neural architecture search with reinforcement learning", ICLR 2017.

A controller writes a batch of genotypes; it is moved along 1/m Σ_k Σ_t ∇ log P(a_t | a_<t) (R_k − b)
(equation of section 3.2), with a moving average of rewards as the baseline b. The paper's controller
is the default: two LSTM layers of 35 units, uniform in ±0.08, Adam with 6e-4, batches of 8. Its
reward is the cube of an accuracy (`power = 3`; the paper takes the best of the last 5 epochs, which
is for the evaluator to give). The paper lets the networks get deeper during its search: that is a
matter of the space.

`reinforce(policy = independent, lr = 0.1, batch = 1, decay = 0.9, power = 1)` is the REINFORCE baseline
of NAS-Bench-201 (Dong, Yang; ICLR 2020). What was released with it leaves the learning rate open (its
script is called with 0.001, another tries 0.01 to 0.5): in 12,000 simulated seconds 0.1 reaches the
published accuracies, while 0.001 and 0.01 are hardly better than random search.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from pydantic import Field

from .policies import Word
from .policy_search import PolicyConfig, PolicySearch


class ReinforceConfig(PolicyConfig):
    """As in the paper; it says nothing of the baseline's decay."""

    power: float = Field(
        default=3.0, gt=0, description="the reward is the first objective to this power"
    )


class Reinforce(PolicySearch):
    """One step of the gradient a batch."""

    Config = ReinforceConfig

    def _train(
        self, words: Sequence[Word], advantages: Sequence[float], logs: Sequence[float | None]
    ) -> None:
        scores, entropies = self.policy.score(words)
        gain = (scores * torch.tensor(advantages)).mean()
        self._step(-gain - self._options.entropy * entropies.mean())
