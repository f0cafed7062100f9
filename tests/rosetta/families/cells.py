"""Cells of two inputs that are no DARTS genotypes: NASNet, PNASNet, AmoebaNet."""

from __future__ import annotations

import json
from typing import Any

from ..table import Entry, Params, Row

_AUX = {"auxiliary": True}


def _both_cells(entry: Entry) -> str:
    """The two rows of a JSON object as one."""
    cells = json.loads(entry["string"])
    return f"{cells['normal']} {cells['reduce']}"


def _input(size: int) -> Params:
    return {"size": size} | ({"skeleton": "imagenet"} if size == 224 else {})


def _widths(pairs: list[list[int]]) -> Params:
    """The width of each phase; what it reads is that of the one before."""
    assert [c for c, _ in pairs] == [3, *(c for _, c in pairs[:-1])]
    return {f"C{i}": c for i, (_, c) in enumerate(pairs, 1)}


_ENAS: dict[str, Any] = {
    "filters": "C", "classes": "classes", "input": "size", "num_layers": lambda n: {"N": n // 3},
    "reductions": None, "cells_built": None,  # after each third
    "stem": None,  # 3C
    "auxiliary": None,  # never counted; `params_aux_head` is its size
}  # fmt: skip

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
    Row(
        "enas-micro-arc (in1 op1 in2 op2) x5, normal then reduction", "enas_micro", _ENAS,
        text=_both_cells, aux=_AUX,
    ),
    Row(
        "enas-macro-arc (layer i: op, then i skip bits)", "enas_macro",
        # As many layers as the text has, reductions after each third of them.
        {"filters": "C", "classes": "classes", "input": "size", "layers": None, "pools_after_layers": None},
    ),
    Row(
        "nsganet-bitstring (3 phases, one list per node, last bit = phase residual)", "nsganet_macro",
        {"channels": _widths, "decoder": "decoder", "classes": "classes", "input": "size"},
        without_dead={"dead_convs": False},
    ),
    Row(
        "motif adjacency (level-2 motifs on 4 nodes, level-3 cell on 5 nodes)", "motif_edges",
        {
            "C": "C", "cells_per_stage": "cells",
            **dict.fromkeys(("channels", "between_cells", "final", "merge", "sep")),  # the one way
        },
    ),
    Row(
        "geneticcnn-bits per stage", "genetic_bits",
        {
            "nodes": None,  # as the bits say
            "kernels": lambda widths: {f"C{i}": c for i, c in enumerate(widths, 1)},
            "kernel_size": "kernel", "dense": "hidden", "classes": "classes", "input": "size",
            "channels": "channels_in",
        },
    ),
    Row(
        "nao-ints (in1 op1 in2 op2) x5, normal then reduction", "nao",
        {
            **_ENAS, "C": "C", "N": "N", "input": _input, "cells": None,
            "skeleton": lambda name: {"skeleton": {"ENAS micro child": "enas"}[name]},
            "op_alphabet": lambda name: {"operators": "V1" if "V1" in name else "V2"},
        },
        aux=_AUX,
    ),
]  # fmt: skip
