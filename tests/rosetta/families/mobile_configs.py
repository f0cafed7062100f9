"""Mobile networks as configurations: ProxylessNAS, OFA, AtomNAS, AttentiveNAS, AlphaNet."""

from __future__ import annotations

import json

from ..table import Entry, Row


def _no_classifier(entry: Entry) -> int:
    """The source's operations leave the classifier out: so all five figures are met."""
    last: int = json.loads(entry["string"])["width"][-1]
    return -last * int(entry["skeleton"]["classes"])


OFA = {"input": "size", "classes": None, "cls": None}

ROWS = [
    Row("ofa-net-config-json", "ofa", OFA),
    Row("proxyless-config-json", "ofa", OFA),
    Row(
        "atomnas-yaml [c, n, s, kernels, hidden per kernel, expand]", "atomnas",
        {"input": "size", "classes": None, "block": lambda text: {"fused": "Fused" in text}},
    ),
    Row(
        "attentivenas-subnet (resolution,width,kernel_size,expand_ratio,depth)", "attentivenas",
        {"supernet_config": None, "classes": "classes"},
        more_flops=_no_classifier, without_dead={"dead_shortcuts": False},
    ),
]  # fmt: skip
ROWS += [
    Row(
        "tf-block-strings", "tf_blocks",
        {
            "stem": None, "head": "head", "input": "size", "classes": "classes", "width": "wider",
            "depth": "deeper",
        },
        more=lambda entry: {"swish": entry["system"] != "MnasNet"},
    ),
    Row(
        "fbnet-blocks [op,c,s,n,{expansion}] per stage", "mobile_vision",
        {"input": None, "classes": "classes", "head": None},
    ),
]  # fmt: skip
