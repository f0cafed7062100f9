"""Recurrent cells, transformers and generators."""

from __future__ import annotations

from typing import Any

from ..table import Row

RNN = {
    "vocab": "vocabulary", "emsize": "hidden", "nhid": None, "tied": None, "decoder_bias": "bias",
    "nodes": None, "concat": None, "hidden": "hidden", "emb": None,
}  # fmt: skip


def _none(value: Any) -> dict[str, Any]:
    assert value is None, "no projection is known"
    return {}


ROWS = [
    Row("darts-rnn-genotype (activation, predecessor)", "darts_rnn", RNN),
    Row("darts-rnn-genotype", "darts_rnn", RNN),
    Row("nao-rnn-ints (prev, act); act 0 tanh 1 relu 2 identity 3 sigmoid", "nao_rnn", RNN),
    Row("enas-lm-ints (prev, func); func 0 tanh 1 relu 2 sigmoid 3 identity", "enas_lm", RNN),
    Row(
        "fixed base-8 tree", "nascell",
        {"units": None, "input": None, "projection": _none, "use_bias": None},
    ),
    Row("hat-subtransformer-yaml", "hat", {"qkv_dim": "qkv", "counted": None}),
    Row(
        "autoformer-yaml (layer_num, mlp_ratio[], num_heads[], embed_dim)", "autoformer",
        {
            "patch": "patch", "input": "size", "classes": "classes", "head_dim": "head",
            "rel_pos_max": "reach", "abs_pos": None, "pool": None,
        },
    ),
    Row(
        "autogan-ints (conv,norm,up,shortcut | x2 + skip bits)", "autogan",
        {"gf_dim": "C", "latent": "latent", "bottom_width": "bottom"},
    ),
]  # fmt: skip
