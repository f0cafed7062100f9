from __future__ import annotations

import copy
import sys
import traceback
from pathlib import Path

import pytest
import torch
from torch import nn

from nasdsl.architecture import Architecture, Node
from nasdsl.compiler import (
    build,
    compile_architecture,
    copy_weights,
    example_inputs,
    load,
    save,
    to_export,
    to_onnx,
)
from nasdsl.diagnostics import NasError
from nasdsl.spans import Source, Span

from .graphs import Builder, network, renamed
from .hand import HandElman, HandMobile, HandNetwork, cell_network, elman, mobile_network

PAIRS = {
    "cells": (cell_network, HandNetwork),
    "mobile": (mobile_network, HandMobile),
    "elman": (elman, HandElman),
}


def pair(name: str) -> tuple[Architecture, nn.Module, nn.Module]:
    """An architecture, its module and the one written by hand, with equal weights."""
    make, hand = PAIRS[name]
    torch.manual_seed(0)
    a = make()
    ours, theirs = compile_architecture(a), hand()
    copy_weights(theirs, ours)
    return a, ours, theirs


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("training", [True, False])
def test_equal_to_the_network_written_by_hand(name: str, training: bool) -> None:
    a, ours, theirs = pair(name)
    ours.double().train(training)
    theirs.double().train(training)
    x = [t.double() if t.is_floating_point() else t for t in example_inputs(a, 4)]
    y, z = ours(*x), theirs(*x)
    torch.testing.assert_close(y, z, rtol=1e-10, atol=1e-10)
    y.square().sum().backward()
    z.square().sum().backward()
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", PAIRS)
def test_same_seed_same_weights_as_by_hand(name: str) -> None:
    make, hand = PAIRS[name]
    torch.manual_seed(3)
    theirs = hand().state_dict()
    for _ in range(2):
        torch.manual_seed(3)
        ours = compile_architecture(make()).state_dict()
        for p, q in zip(ours.values(), theirs.values(), strict=True):
            assert torch.equal(p, q)


def test_equal_texts_share_one_class() -> None:
    a, b = compile_architecture(cell_network()), compile_architecture(cell_network())
    assert type(a) is type(b)
    assert type(compile_architecture(renamed(cell_network(), "other"))) is not type(a)
    assert type(a).__module__ in sys.modules


def test_unused_modules_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_KEPT", 2)
    in_use = sum(bool(living) for _, living in build._modules.values())
    kept = compile_architecture(renamed(mobile_network(), "kept"))
    for i in range(6):
        compile_architecture(renamed(mobile_network(), f"net{i}"))
    assert len(build._modules) <= 4 + in_use
    assert type(kept).__module__ in sys.modules


def test_init_is_applied_to_every_submodule() -> None:
    def zero(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.weight)

    net = compile_architecture(cell_network(), init=zero)
    assert all(m.weight.abs().max() == 0 for m in net.modules() if isinstance(m, nn.Linear))


# ---------------------------------------------------------------------------- memory and types


def test_memory_formats_agree() -> None:
    a = cell_network()
    auto, plain = compile_architecture(a), compile_architecture(a, memory_format="contiguous")
    copy_weights(auto, plain)
    conv = next(m for m in auto.modules() if isinstance(m, nn.Conv2d))
    assert conv.weight.is_contiguous(memory_format=torch.channels_last)
    (x,) = example_inputs(a, 4)
    y = plain.double()(x.double())
    for given in (x, x.to(memory_format=torch.channels_last)):
        torch.testing.assert_close(auto.double()(given.double()), y)


@pytest.mark.parametrize("name", PAIRS)
def test_autocast_and_half(name: str) -> None:
    a, ours, _ = pair(name)
    x = example_inputs(a, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = ours(*x)
        y.float().sum().backward()
    assert torch.isfinite(y).all()
    low = copy.deepcopy(ours).to(torch.bfloat16)
    assert low(*[t.bfloat16() if t.is_floating_point() else t for t in x]).dtype == torch.bfloat16


def test_modules_run_on_the_meta_device() -> None:
    """No tensor is made on a device of its own."""
    for make, _ in PAIRS.values():
        a = make()
        net = compile_architecture(a).to("meta")
        assert net(*[t.to("meta") for t in example_inputs(a)]).device.type == "meta"


# ---------------------------------------------------------------------------- torch's own tools


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n == "cells" else ()) for n in PAIRS]
)
def test_torch_compile(name: str) -> None:
    a, ours, _ = pair(name)
    ours.eval()
    x = example_inputs(a)
    compiled = torch.compile(ours, backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(*x), ours(*x))


@pytest.mark.slow
def test_torch_compile_with_inductor() -> None:
    a, ours, _ = pair("cells")
    ours.eval()
    x = example_inputs(a)
    torch.testing.assert_close(torch.compile(ours)(*x), ours(*x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", PAIRS)
def test_export_for_any_batch(name: str) -> None:
    a, ours, _ = pair(name)
    program = to_export(ours, a)
    assert ours.training
    ours.eval()
    for batch in (1, 5):
        x = example_inputs(a, batch)
        torch.testing.assert_close(program.module()(*x), ours(*x))


@pytest.mark.slow
def test_onnx(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    a, ours, _ = pair("mobile")
    to_onnx(ours, a, tmp_path / "net.onnx")
    onnx.checker.check_model(onnx.load(tmp_path / "net.onnx"))


def test_deepcopy() -> None:
    a, ours, _ = pair("cells")
    other = copy.deepcopy(ours)
    (x,) = example_inputs(a)
    torch.testing.assert_close(ours.eval()(x), other.eval()(x))
    assert type(other) is type(ours)


def test_distributed_data_parallel(tmp_path: Path) -> None:
    import torch.distributed as dist

    a, ours, _ = pair("cells")
    dist.init_process_group("gloo", init_method=f"file://{tmp_path}/group", rank=0, world_size=1)
    try:
        wrapped = nn.parallel.DistributedDataParallel(ours)
        for _ in range(2):
            (x,) = example_inputs(a, 4)
            wrapped(x).sum().backward()
    finally:
        dist.destroy_process_group()
    assert all(p.grad is not None for p in ours.parameters())


# ---------------------------------------------------------------------------- weights


@pytest.mark.parametrize("name", PAIRS)
def test_weights_in_a_file(name: str, tmp_path: Path) -> None:
    a, ours, _ = pair(name)
    save(ours, tmp_path / "w.safetensors")
    other = compile_architecture(a)
    load(other, tmp_path / "w.safetensors")
    x = example_inputs(a)
    torch.testing.assert_close(ours.eval()(*x), other.eval()(*x))


def test_weights_that_do_not_fit(tmp_path: Path) -> None:
    save(compile_architecture(cell_network(c=4)), tmp_path / "w.safetensors")
    with pytest.raises(NasError, match=r"NAS482.*conv"):
        load(compile_architecture(cell_network()), tmp_path / "w.safetensors")
    with pytest.raises(NasError, match="NAS482"):
        load(compile_architecture(elman()), tmp_path / "w.safetensors")
    (tmp_path / "bad").write_bytes(b"not one")
    with pytest.raises(NasError, match="NAS481"):
        load(compile_architecture(elman()), tmp_path / "bad")
    with pytest.raises(NasError, match="NAS482"):
        copy_weights(nn.Linear(2, 2), nn.Conv2d(2, 2, 1))


# ---------------------------------------------------------------------------- failures

SOURCE = Source("digits.nas", "network = image(3, 8, 8)\n  -> relu\n  -> conv(3, out = 16)\n")


def spanned(text: str) -> Span:
    start = SOURCE.text.index(text)
    return Span(SOURCE, start, start + len(text))


def with_spans() -> Architecture:
    inner = Builder("inner", (3, 8, 8))
    y = inner.op("relu", 0, span=spanned("relu"))
    motif = inner.done(inner.op("conv", y, span=spanned("conv(3, out = 16)"), kernel=3, out=16))
    b = Builder("digits", (3, 8, 8))
    return network(b.done(b.op("bn", b.call(motif, 0))))


def test_a_failure_names_the_line_of_the_nas_file() -> None:
    net = compile_architecture(with_spans())
    with pytest.raises(RuntimeError, match="channels") as caught:
        net(torch.zeros(2, 5, 8, 8))
    assert caught.value.__notes__ == ["in `conv(3, out = 16)` at digits.nas:3:6"]
    shown = "".join(traceback.format_exception(caught.value))
    assert "# digits.nas:3:6" in shown and "self.conv(x)" in shown


def test_outputs_in_several_parts_and_graphs_without_nodes() -> None:
    b = Builder("two", (4,), (4,), names=("left", "right"))
    total = b.op("sum", 0, 1)
    net = compile_architecture(network(b.done(total, 0)))
    x, y = torch.randn(2, 2, 4)
    first, second = net(x, y)
    torch.testing.assert_close(first, x + y)
    assert second is x


def test_nested_calls_with_several_outputs() -> None:
    inner = Builder("split", (4,))
    motif = inner.done(inner.op("relu", 0), inner.op("neg", 0))
    b = Builder("net", (4,))
    first = len(b.shapes)
    b.shapes += list(motif.output_shapes)
    b.nodes.append(Node("split", (0,), motif.output_shapes, body=motif))
    net = compile_architecture(network(b.done(b.op("sub", first, first + 1))))
    x = torch.randn(3, 4)
    torch.testing.assert_close(net(x), torch.relu(x) + x)
