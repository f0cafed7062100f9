"""The end of a search: the best architecture, trained for good and written out.

The only module that reads the test split, once, after all training.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from nasdsl.compiler import emit, save

from .config import TrainConfig
from .loop import Epoch, fit, measure
from .splits import Splits
from .train import build, splits_for

if TYPE_CHECKING:
    from ..architecture import Architecture


@dataclass(frozen=True, slots=True)
class Summary:
    """What `finish` found and wrote."""

    test_accuracy: float
    test_loss: float
    epochs: int
    seconds: float
    files: tuple[Path, ...]


def finish(
    architecture: Architecture,
    config: TrainConfig,
    out: Path,
    *,
    text: str,
    genotype: str,
    seed: int = 0,
    facts: Mapping[str, object] | None = None,
    on_epoch: Callable[[Epoch], bool | None] | None = None,
) -> Summary:
    """Train on train and validation together, test, and fill the folder `out`.

    Writes best.py (a PyTorch file that needs nothing else), best.nas (`text`), best.safetensors
    (weights and buffers of best.py's network) and summary.json (accuracy, cost, genotype, the
    normalisation that inputs need; `facts` are added to it). Raises what training raises.
    """
    splits = splits_for(architecture, config).merged()
    module = build(architecture, seed)
    history = fit(module, splits, config, seed, on_epoch, checked=True)
    module = module.to(memory_format=torch.contiguous_format)
    plain = config.model_copy(update={"channels_last": False, "precision": "fp32"})
    score = measure(module, splits, splits.test, plain)  # as a reader of the files computes it
    module = module.to("cpu")
    parameters = sum(p.numel() for p in module.parameters())
    out.mkdir(parents=True, exist_ok=True)
    record: dict[str, object] = {
        "name": architecture.name,
        "genotype": genotype,
        "data": config.data,
        "test_accuracy": score.accuracy,
        "test_loss": score.loss,
        "params": parameters,
        "epochs": len(history.epochs),
        "seconds": round(history.seconds, 3),
        "stopped": history.stopped,
        "seed": seed,
        **(facts or {}),
        "input": _input(splits),
        "training": config.model_dump(mode="json"),
    }
    if splits.kind == "tokens":
        record["test_perplexity"] = score.perplexity
    files = {
        "best.py": emit(architecture, genotype=genotype, parameters=parameters),
        "best.nas": text,
        "summary.json": json.dumps(record, indent=2) + "\n",
    }
    for name, content in files.items():
        (out / name).write_text(content, encoding="utf-8")
    save(module, out / "best.safetensors")
    paths = tuple(out / name for name in (*files, "best.safetensors"))
    return Summary(score.accuracy, score.loss, len(history.epochs), history.seconds, paths)


def _input(splits: Splits) -> dict[str, object]:
    """What a sample is and how it must be normalised: (x - mean) / std."""
    found: dict[str, object] = {"kind": splits.kind, "shape": list(splits.shape)}
    if splits.mean is not None and splits.std is not None:
        found |= {"mean": splits.mean.tolist(), "std": splits.std.tolist()}
    return found
