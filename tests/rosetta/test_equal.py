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
    return nasdsl.compile(space.build(genotype))


def published(id: str, **params: Any) -> nn.Module:
    """The network of an instance of the file, small."""
    found = plan(next(e for e in ENTRIES if e["id"] == id), TABLE)
    assert found is not None
    return compiled(found.program, found.text, {**found.params, **params})


def _timm(name: str, size: int = 64) -> None:
    timm = pytest.importorskip("timm")
    theirs = timm.create_model(name, num_classes=CLASSES, drop_rate=0.0, drop_path_rate=0.0)
    agree(published(f"timm-{name}", size=size, classes=CLASSES), theirs, size)


QUICK = ("mobilenetv3_large_100", "mnasnet_050", "semnasnet_050", "lcnet_050", "tinynet_d")


@pytest.mark.parametrize("name", QUICK)
def test_timm(name: str) -> None:
    _timm(name)


TIMM = [e["id"][5:] for e in ENTRIES if e["id"].startswith("timm-") and e["params"] < 60e6]


@pytest.mark.slow
@pytest.mark.parametrize("name", TIMM)
def test_all_of_timm(name: str) -> None:
    _timm(name)
