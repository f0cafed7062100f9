"""Genotypes of the DARTS family."""

from __future__ import annotations

from typing import Any

from ..table import Entry, Params, Row


def _input(size: int) -> Params:
    return {"size": size, "skeleton": "imagenet" if size >= 224 else "cifar"}


def _stem(entry: Entry) -> Params:
    """Networks for CIFAR say how much wider than the cells the stem is."""
    skeleton = entry["skeleton"]
    if "C_stem" in skeleton:
        return {"stem": skeleton["C_stem"]}
    return (
        {"stem": skeleton["stem_multiplier"] * skeleton["C"]}
        if "stem_multiplier" in skeleton
        else {}
    )


def _gate(name: str) -> Any:
    return lambda value: {"se": name if value else "none"}


_NETWORK: dict[str, Any] = {
    "C": "C",
    "layers": "layers",
    "classes": "classes",
    "input": _input,
    "stem_multiplier": None,  # with C: see _stem
    "auxiliary": None,  # never counted; `params_with_aux` counts it
    "reductions": None,  # always after a third and two thirds
    "nodes": None,  # as many as the genotype has
    "note": None,
}
_AUX = {"auxiliary": True}

ROWS = [
    Row("darts-genotype", "darts", _NETWORK, aux=_AUX, more=_stem),
    Row(
        "darts-genotype",
        "darts",
        {**_NETWORK, "C_stem": None, "SE": _gate("xnas")},
        ("XNAS",),
        more=_stem,
    ),
    Row(
        "darts-genotype",
        "darts",
        {**_NETWORK, "pool": lambda value: {"pool_bn": True}},
        ("SNAS",),
        aux={"auxiliary": True, "auxiliary_bn": True},
        more=_stem,
    ),
    Row(
        "darts-genotype",
        "darts",
        {**_NETWORK, "increment": "grow", "SE": _gate("nsganet"), "width_rule": None},
        ("NSGA-Net micro",),
        aux=_AUX,
        more=_stem,
    ),
    Row(
        "fairdarts-triples (op, dst, src)",
        "fairdarts",
        {**_NETWORK, "parse": None, "concat": None},  # the one rule that the program knows
        aux=_AUX,
        more=_stem,
    ),
    *(
        Row(
            f"dxy-nested-genotype{shown}",
            "dxy",
            {**_NETWORK, "N": "N", "layout": None},  # the one layout that there is
            aux=_AUX,
            more=_stem,
        )
        for shown in ("", " ((op,idx),(op,idx)) per node")
    ),
    Row(
        "robnet-2bit-codes (14 edges per cell)",
        "robnet",
        {**_NETWORK, "steps": None, "concat": None, "cells": None},  # as many codes as the text has
        more=_stem,
    ),
]
