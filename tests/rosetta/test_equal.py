"""Published strings compile to networks that compute what independent implementations compute."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

import nasdsl
from nasdsl.encodings.library import open_code

from .matching import agree
from .table import plan
from .test_rosetta import ENTRIES, TABLE

torch.set_num_threads(1)
CLASSES = 7


def compiled(name: str, text: str, params: dict[str, Any]) -> nn.Module:
    space, genotype = open_code(name, text, params)
    module: nn.Module = nasdsl.compile(space.build(genotype))
    return module


def published(id: str, **params: Any) -> nn.Module:
    """The network of an instance of the file, small."""
    found = plan(next(e for e in ENTRIES if e["id"] == id), TABLE)
    assert found is not None
    return compiled(found.program, found.text, {**found.params, **params})


def _timm(name: str, size: int = 64) -> None:
    timm = pytest.importorskip("timm")
    theirs = timm.create_model(name, num_classes=CLASSES, drop_rate=0.0, drop_path_rate=0.0)
    agree(published(f"timm-{name}", size=size, classes=CLASSES), theirs, size)


QUICK = ("tf_mobilenetv3_small_minimal_100", "lcnet_050")


@pytest.mark.parametrize("name", QUICK)
def test_timm(name: str) -> None:
    _timm(name)


TIMM = [e["id"][5:] for e in ENTRIES if e["id"].startswith("timm-") and e["params"] < 60e6]


@pytest.mark.slow
@pytest.mark.parametrize("name", TIMM)
def test_all_of_timm(name: str) -> None:
    _timm(name)


def _vision(name: str) -> nn.Module:
    models = pytest.importorskip("torchvision.models")
    theirs: nn.Module = models.get_model(name, num_classes=CLASSES)
    for module in theirs.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == "StochasticDepth":
            module.p = 0.0  # type: ignore[assignment]
    return theirs


VISION: dict[str, tuple[str, dict[str, Any]]] = {
    "mobilenet_v3_large": ("timm-mobilenetv3_large_100", {"bn_eps": 1e-3, "bn_momentum": 0.01}),
    "mobilenet_v2": ("timm-mobilenetv2_100", {}),
    "mnasnet1_0": ("timm-mnasnet_100", {"bn_momentum": 1 - 0.9997}),
    "efficientnet_b0": ("timm-efficientnet_b0", {}),
}

QUICK_VISION = ("mobilenet_v3_large",)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=() if n in QUICK_VISION else pytest.mark.slow) for n in VISION],
)
def test_torchvision(name: str) -> None:
    id, params = VISION[name]
    agree(published(id, size=64, classes=CLASSES, **params), _vision(name), 64)


# Not regnet_x_400mf: torchvision rounds 24.5 groups of its last stage up (400), the authors to even (384).
REGNETS = {
    "regnet_x_800mf": "{'DEPTH': 16, 'W0': 56, 'WA': 35.73, 'WM': 2.28, 'GROUP_W': 16}",
    "regnet_y_400mf": "{'DEPTH': 16, 'W0': 48, 'WA': 27.89, 'WM': 2.09, 'GROUP_W': 8, 'SE_ON': true}",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REGNETS)
def test_regnets_of_torchvision(name: str) -> None:
    mine = compiled("regnet", REGNETS[name], {"size": 64, "classes": CLASSES})
    agree(mine, _vision(name), 64)


@pytest.mark.parametrize(
    ("id", "name"), [("regnetx-200mf", "regnetx_002"), ("regnety-200mf", "regnety_002")]
)
def test_regnets_of_timm(id: str, name: str) -> None:
    timm = pytest.importorskip("timm")
    theirs = timm.create_model(name, num_classes=CLASSES, zero_init_last=False)
    agree(published(id, size=64, classes=CLASSES), theirs, 64)


@pytest.mark.slow
def test_tensorflow_strings() -> None:
    timm = pytest.importorskip("timm")
    theirs = timm.create_model("tf_efficientnet_b0", num_classes=CLASSES)
    mine = published("tf-efficientnet-b0", size=64, classes=CLASSES, bn_momentum=0.1)
    agree(mine, theirs, 64)


@pytest.mark.parametrize(
    ("id", "name"),
    [
        pytest.param("genet-small", "gernet_s", marks=pytest.mark.slow),
        pytest.param("genet-large", "gernet_l", marks=pytest.mark.slow),
    ],
)
def test_genet(id: str, name: str) -> None:
    timm = pytest.importorskip("timm")
    theirs = timm.create_model(name, num_classes=CLASSES, zero_init_last=False)
    agree(published(id, size=64, classes=CLASSES), theirs, 64)
