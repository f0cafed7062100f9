"""The searches that are recorded: a method, its settings, and how many seeds.

Settings are the methods' own but for what the small scale asks of all: fewer epochs of fewer steps
(2,250 images) want larger steps of weights and logits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHANNELS = 8  # of the first stage; NAS-Bench-201 has 16
CELLS = 1  # of a stage; NAS-Bench-201 has 5


@dataclass(frozen=True, slots=True)
class Plan:
    """ranked: how many random architectures the trained supernet of the first seeds ranks."""

    strategy: str
    config: Mapping[str, object]
    seeds: int
    ranked: int = 0


_ALL: Mapping[str, object] = {"lr": 0.05}
_LOGITS: Mapping[str, object] = {**_ALL, "arch_lr": 3e-3}

PLANS: Mapping[str, Plan] = {
    "random_sharing": Plan("random_sharing", {**_ALL, "epochs": 40, "samples": 200}, 3, 150),
    "spos": Plan("spos", {**_ALL, "epochs": 40, "batches": 8, "population": 20, "generations": 6,
                          "parents": 5}, 3),
    "gdas": Plan("gdas", {**_LOGITS, "epochs": 40, "warm_up": 20}, 3),
    "gdas, no warm-up": Plan("gdas", {**_LOGITS, "epochs": 40}, 1),
    "pc_darts": Plan("pc_darts", {**_LOGITS, "epochs": 30, "warm_up": 8, "batch_size": 64}, 3),
    "darts": Plan("darts", {**_LOGITS, "epochs": 25}, 2),
    "darts, stopped": Plan("darts", {**_LOGITS, "epochs": 25}, 1),  # as darts, broken off: its curve
    "robust_darts": Plan("robust_darts", {**_LOGITS, "epochs": 25, "window": 3}, 2),
}  # fmt: skip
