"""NASNet and PNASNet compute what timm computes with the same weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import nasdsl
from nasdsl.encodings.library import open_code

from .table import plan, rows
from .test_rosetta import ENTRIES

torch.set_num_threads(1)
LAYERS = (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
X = (2, 3, 70, 70)  # the sizes inside are 34, 17, 9, 5, 3: even and odd ones meet a stride


def _in_order(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """The layers with weights as they run."""
    found: list[tuple[str, nn.Module]] = []
    hooks = [
        layer.register_forward_pre_hook(lambda m, _, name=name: found.append((name, m)))
        for name, layer in network.named_modules()
        if isinstance(layer, LAYERS)
    ]
    network.eval()(torch.randn(X, dtype=torch.double))
    for hook in hooks:
        hook.remove()
    return found


def _like_ours(layers: list[tuple[str, nn.Module]]) -> list[nn.Module]:
    """We fit the input before the last first; timm's second stem cell does so second."""
    first = [m for name, m in layers if name.startswith("cell_stem_1.conv_1x1.")]
    rest = [(name, m) for name, m in layers if m not in first]
    ends = [i for i, (name, _) in enumerate(rest) if name == "cell_stem_1.final_path_bn"]
    at = ends[0] + 1 if ends else next(i for i, (_, m) in enumerate(layers) if m is first[0])
    plain = [m for _, m in rest]
    return plain[:at] + first + plain[at:]


def _agree(theirs: nn.Module, system: str, params: dict[str, Any]) -> None:
    entry = next(
        e for e in ENTRIES if e["system"] == system and e["skeleton"]["kind"] == "imagenet"
    )
    found = plan(entry, rows())
    assert found is not None
    space, genotype = open_code(
        found.program, found.text, {**found.params, "size": X[-1], "count_pad": True, **params}
    )
    mine = nasdsl.compile(space.build(genotype)).double()
    theirs = theirs.double()
    torch.manual_seed(0)
    for parameter in theirs.parameters():
        if parameter.ndim == 1:
            parameter.data = torch.rand_like(parameter) + 0.5
    pairs = list(zip(_in_order(mine), _like_ours(_in_order(theirs)), strict=True))
    assert sum(p.numel() for p in mine.parameters()) == sum(p.numel() for p in theirs.parameters())
    for (_, ours), given in pairs:
        ours.load_state_dict(given.state_dict())
    x = torch.randn(X, dtype=torch.double)
    for training in (True, False):
        with torch.no_grad():
            outputs = [m.train(training)(x) for m in (mine, theirs)]
        assert float(outputs[0].abs().max()) > 0
        torch.testing.assert_close(*outputs, rtol=1e-5, atol=1e-7)


def test_a_small_nasnet() -> None:
    nasnet = pytest.importorskip("timm.models.nasnet")
    theirs = nasnet.NASNetALarge(num_classes=5, stem_size=12, num_features=24 * 8, pad_type="same")
    _agree(theirs, "NASNet-A", {"F": 8, "stem": 12, "classes": 5})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "system"), [("nasnetalarge", "NASNet-A"), ("pnasnet5large", "PNASNet-5")]
)
def test_the_networks_of_timm(name: str, system: str) -> None:
    timm = pytest.importorskip("timm")
    _agree(timm.create_model(name, num_classes=10), system, {"classes": 10})
