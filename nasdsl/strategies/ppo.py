"""Proximal policy optimisation of a controller: Zoph, Vasudevan, Shlens, Le, "Learning transferable
architectures for scalable image recognition" (NASNet), CVPR 2018, appendix A.

One LSTM layer of 100 units, uniform in ±0.1, Adam with 3.5e-4, batches of 20, a baseline with decay
0.95, an entropy bonus of 1e-5. A batch makes `epochs` steps on the clipped objective of Schulman et
al. (2017), equation 7, where a genotype is one action: its ratio is of joint probabilities, now over
when it was drawn. The paper does not state the number of epochs. With these numbers the policy
hardly moves in a few hundred trials: take a smaller batch and a larger learning rate (10, 0.003).

MnasNet (Tan et al.; CVPR 2019) trains the same controller in this way, on an objective that weighs
accuracy against latency: `ppo` with such an objective of the study is its search.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from pydantic import Field

from .policies import Word
from .policy_search import PolicyConfig, PolicySearch

FURTHEST = 5.0  # logarithm of a ratio: trials told late, drawn long ago, do not outweigh all others


class PpoConfig(PolicyConfig):
    """As in the paper."""

    hidden: int = Field(default=100, ge=1, description="units of each layer of the LSTM")
    layers: int = Field(default=1, ge=1, le=8, description="layers of the LSTM")
    init: float = Field(default=0.1, gt=0, description="its parameters begin uniform in ±init")
    lr: float = Field(default=3.5e-4, gt=0, description="learning rate of Adam")
    batch: int = Field(default=20, ge=1, description="trials for an update of the policy")
    entropy: float = Field(default=1e-5, ge=0, description="weight of the entropy bonus")
    clip: float = Field(
        default=0.2, gt=0, lt=1, description="ratios of probabilities count within 1 ± clip"
    )
    epochs: int = Field(default=4, ge=1, description="steps on each batch")


class Ppo(PolicySearch):
    """Several steps of the clipped objective a batch."""

    Config = PpoConfig
    _options: PpoConfig

    def _train(
        self, words: Sequence[Word], advantages: Sequence[float], logs: Sequence[float | None]
    ) -> None:
        options, gains, drawn = self._options, torch.tensor(advantages), None
        for _ in range(options.epochs):
            scores, entropies = self.policy.score(words)
            if drawn is None:  # trials of unknown origin count as drawn from the policy of now
                pairs = zip(scores.tolist(), logs, strict=True)
                drawn = torch.tensor([now if log is None else log for now, log in pairs])
            ratios = (scores - drawn).clamp(max=FURTHEST).exp()
            near = ratios.clamp(1 - options.clip, 1 + options.clip)
            gain = torch.minimum(ratios * gains, near * gains).mean()
            self._step(-gain - options.entropy * entropies.mean())
