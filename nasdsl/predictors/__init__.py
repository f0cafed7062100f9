"""Predictors: from the atoms of a genotype to the value that it is likely to have.

A sentence is a genotype as words, a word a decision's key with what was chosen (strategies.atoms).
Whoever needs a predictor takes the contract below; the classes are in modules of their own, since they
import PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from .words import Sentence, Word, sentence

__all__ = ["Prediction", "Predictor", "Sentence", "Word", "sentence"]


class Prediction(NamedTuple):
    """What is expected of each sentence, in the units of the values fitted, and how much it may differ."""

    mean: list[float]
    std: list[float]


class Predictor(Protocol):
    """Learns from scratch at every `fit`; the same seed and data give the same predictor."""

    def fit(self, sentences: Sequence[Sentence], values: Sequence[float], seed: int) -> None:
        """At least one sentence, and finite values, one each."""

    def predict(self, sentences: Sequence[Sentence]) -> Prediction:
        """After `fit`; words that it has not seen tell it nothing."""
