"""Block strings of timm."""

from __future__ import annotations

from ast import literal_eval
from typing import Any

from ..table import Entry, Params, Row

LATE = ("MobileNetV3", "HardCoRe-NAS", "LCNet", "MobileNetV4")


def _decode_args(text: str) -> Params:
    """The arguments of timm's decode_arch_def: ((depth,), {…})."""
    places, named = literal_eval(text)
    depth = places[0] if places else named.get("depth_multiplier", 1.0)
    assert set(named) <= {"depth_multiplier", "fix_first_last", "group_size", "depth_trunc"}
    assert named.get("group_size") is None
    return {
        "deeper": depth,
        "fix_first_last": named.get("fix_first_last", False),
        "depth_round": named.get("depth_trunc", "ceil"),
    }


def _builder(given: dict[str, Any]) -> Params:
    """The arguments of timm's constructors that change what is counted, and the activations."""
    known = {
        "stem_size", "round_chs_fn", "norm_layer", "num_features", "fix_stem", "act_layer",
        "se_layer", "pad_type", "head_bias", "se_from_exp", "stem_kernel_size", "head_norm",
        "layer_scale_init_value",
    }  # fmt: skip
    assert set(given) <= known
    rounding = given.get("round_chs_fn", {})
    found: Params = {"wider": rounding.get("multiplier", 1.0)}
    found["round_limit"] = rounding.get("round_limit", 0.9)
    found["act_layer"] = given.get("act_layer", "ReLU")
    found["pads"] = {"": "same", "same": "tf"}[given.get("pad_type", "")]
    found["bn_eps"] = given.get("norm_layer", {}).get("eps", 1e-5)
    for theirs, ours in (
        ("head_bias", "head_bias"),
        ("head_norm", "head_norm"),
    ):
        if theirs in given:
            found[ours] = given[theirs]
    if given.get("layer_scale_init_value"):
        found["scale_init"] = given["layer_scale_init_value"]
    if "se_layer" in given:
        layer = given["se_layer"]
        found["se_gate"] = layer["gate_layer"]
        found["se_own_act"] = "force_act_layer" not in layer
        found["se_round"] = 8 if "rd_round_fn" in layer else 1
    return found


def _tail(entry: Entry) -> Params:
    """Which of timm's classes builds it, as its system tells, and what that implies."""
    builder = entry["skeleton"].get("builder", {})
    late = entry["system"] in LATE or "fbnetv3" in entry["id"]
    if not late:
        if builder.get("num_features") == 0:
            return {"head": 0}
        return {"act_layer": "SiLU"} if entry["skeleton"].get("act") == "swish" else {}
    of_wide = builder.get("se_from_exp", True)
    return {"tail": "late", "head": builder["num_features"], "se_of_wide": of_wide}


ROWS = [
    Row(
        "timm-block-strings", "timm",
        {
            "stem": "stem", "head": "head", "input": "size", "classes": "classes", "act": None,
            "decode_args": _decode_args, "builder": _builder,
        },
        more=_tail,
    ),
]  # fmt: skip
