"""What the benchmark of supernets holds against each other computes the same, and it would be seen if not."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from benchmarks import checkout, footprint
from benchmarks.supernets import Subject, compare, copy, subjects

DARTS, NB201 = subjects(small=True)


@pytest.mark.parametrize("subject", subjects(small=True), ids=lambda s: s.name)
def test_supernets_and_plain_ones_have_the_same_gradients(subject: Subject) -> None:
    assert "gradients" in compare(subject, batch=2)


def test_another_function_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = NB201.theirs()
    wrong.stem[1].eps = 1e-4  # type: ignore[union-attr, index]
    monkeypatch.setattr(Subject, "theirs", lambda self: wrong)
    with pytest.raises(AssertionError, match="differs by"):
        compare(NB201, batch=2)


def test_a_gradient_that_is_cut_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    gates = NB201.gates

    def cut(subject: Subject, network: torch.nn.Module, x: torch.Tensor, alphas: object) -> object:
        if isinstance(network, type(NB201.theirs())):
            return network(x, alphas)
        return network(x, gates=gates([a.detach() for a in alphas]))  # type: ignore[attr-defined]

    monkeypatch.setattr("benchmarks.supernets.forward", cut)
    with pytest.raises(AssertionError, match="alphas differs by inf"):
        compare(NB201, batch=2)


def test_weights_are_all_matched() -> None:
    ours, theirs = NB201.ours(), NB201.theirs()
    pairs = copy(ours, theirs)
    assert len(pairs) == len(list(ours.parameters())) == len(list(theirs.parameters()))
    assert all(torch.equal(a, b) for _, a, b in pairs)


def test_supernets_of_the_papers_have_their_sizes() -> None:
    darts, nb201 = subjects(small=False)
    assert sum(p.numel() for p in darts.theirs().parameters()) == 1_930_618
    biases, first_norm, alphas = 6_720, 32, 30  # that the released code has besides
    assert (
        sum(p.numel() for p in nb201.theirs().parameters())
        == 1_692_856 - biases - first_norm - alphas
    )


def test_the_footprint_is_of_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    footprint.main("theirs", "1", "2", "1")
    assert int(capsys.readouterr().out) > 0


@pytest.mark.slow
def test_the_footprint_is_taken_in_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "benchmarks.footprint", "theirs", "1", "64", "0"]
    found = subprocess.run(command, cwd=checkout.ROOT, check=True, capture_output=True, text=True)
    assert int(found.stdout) > 500_000_000
