"""Cells of two inputs that are no DARTS genotypes: NASNet, PNASNet, AmoebaNet."""

from __future__ import annotations

from ..table import Row

_AUX = {"auxiliary": True}

ROWS = [
    Row(
        "slim-hiddenstates (ops / indices / used lists)", "slim",
        {
            "kind": "skeleton", "num_cells": "cells", "filters": "F", "stem_filters": "stem",
            "input": "size", "classes": "classes",
            "skip_reduction_layer_input": lambda value: {"skip_reduction": bool(value)},
        },
        aux=_AUX,
    ),
    Row(
        "python genotype lists (normal ops, reduction ops, concat)", "amoebanetd",
        # The text itself says the first two.
        {"num_layers": None, "num_filters": None, "classes": "classes", "note": None},
    ),
]  # fmt: skip
