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
    """images: of data.SIZES. width: channels of the first stage. ranked: how many random architectures
    the trained supernet ranks.
    trained_by: a plan that trains the same supernet, which is taken over if it is there."""

    strategy: str
    config: Mapping[str, object]
    seeds: int
    images: str = "mnist"
    width: int = CHANNELS
    ranked: int = 0
    trained_by: str = ""


_ALL: Mapping[str, object] = {"lr": 0.05}
_LOGITS: Mapping[str, object] = {**_ALL, "arch_lr": 3e-3}
_DARTS: Mapping[str, object] = {**_LOGITS, "epochs": 24}
_PARTIAL: Mapping[str, object] = {**_LOGITS, "batch_size": 64}
_PATHS: Mapping[str, object] = {**_ALL, "epochs": 14, "valid_share": 0.2}

PLANS: Mapping[str, Plan] = {
    "random_sharing": Plan(
        "random_sharing", {**_PATHS, "samples": 150, "batches": 8}, 10, ranked=120
    ),
    "spos": Plan(
        "spos",
        {**_PATHS, "population": 20, "generations": 6, "parents": 5, "batches": 24},
        10,
        trained_by="random_sharing",
    ),
    "gdas": Plan("gdas", {**_LOGITS, "epochs": 18, "warm_up": 12}, 10),
    "pc_darts": Plan("pc_darts", {**_PARTIAL, "epochs": 12, "warm_up": 0}, 8, "cifar10", 16),
    "pc_darts, 8 channels": Plan(
        "pc_darts", {**_PARTIAL, "channels": 2, "epochs": 8, "warm_up": 2}, 3, "cifar10"
    ),
    "pc_darts, 24 epochs": Plan("pc_darts", {**_PARTIAL, "epochs": 24, "warm_up": 8}, 1, "cifar10"),
    "pc_darts, mnist": Plan("pc_darts", {**_PARTIAL, "epochs": 6, "warm_up": 2}, 1),
    "darts": Plan("darts", _DARTS, 3, "cifar10"),
    "robust_darts": Plan("robust_darts", {**_DARTS, "window": 3}, 5, "cifar10"),
}
