from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from nasdsl.diagnostics import NasError
from nasdsl.evaluators.config import TrainConfig
from nasdsl.evaluators.data import load_data
from nasdsl.evaluators.loop import Epoch, FailedTraining, fit, measure
from nasdsl.evaluators.splits import Splits

from .nets import blobs, digits_net


def config(**settings: object) -> TrainConfig:
    return TrainConfig.model_validate({"epochs": 1, **settings})


def small(count: int = 200) -> Splits:
    return load_data("digits").limited(count, 0)


def mlp(classes: int = 3) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, classes))


def test_a_small_network_learns_digits() -> None:
    splits, settings = load_data("digits"), config(epochs=6, lr=0.03)
    net = digits_net(width=12)
    history = fit(net, splits, settings, 0)
    last = history.epochs[-1]
    assert last.valid is not None
    assert last.valid.accuracy > 0.9
    assert last.train.accuracy > 0.9
    assert measure(net, splits, splits.valid, settings) == last.valid
    assert measure(net, splits, splits.test, settings).accuracy > 0.9
    assert not net.training
    assert (len(history.epochs), history.stopped) == (6, "")


PROGRAM = """
import sys; sys.path.insert(0, "."); import nasdsl; nasdsl.__path__.append(".")
from nasdsl.evaluators.config import TrainConfig
from nasdsl.evaluators.data import load_data
from nasdsl.evaluators.loop import fit
from tests.evaluators.nets import digits_net
settings = TrainConfig(epochs=2, augment=("crop(1)", "cutout(2)", "mixup(0.3)"))
print(fit(digits_net(), load_data("digits").limited(300, 0), settings, 5).epochs[-1].valid)
"""


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers_in_another_process() -> None:
    settings = config(epochs=2, augment=("crop(1)", "cutout(2)", "mixup(0.3)"))
    torch.manual_seed(99)
    here = fit(digits_net(), small(300), settings, 5).epochs[-1].valid
    root = Path(__file__).parents[2]
    there = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == str(here)
    assert fit(digits_net(), small(300), settings, 6).epochs[-1].valid != here


def test_global_randomness_and_threads_are_left_alone() -> None:
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    net = mlp()
    torch.set_rng_state(state)
    fit(net, blobs(), config(threads=2), 0)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    "settings",
    [
        {"precision": "bf16"},
        {"channels_last": False},
        {"label_smoothing": 0.1, "grad_clip": 1.0, "warmup": 0.5},
        {"augment": ["crop(1)", "flip", "cutout(2)", "mixup(0.2)"], "lr": 0.03},
        {"optimizer": "sgd", "lr": 0.05, "nesterov": True, "grad_clip": 5.0},
        {"optimizer": "rmsprop", "lr": 1e-3, "schedule": "step"},
    ],
    ids=lambda s: "-".join(map(str, s)),
)
def test_settings_train(settings: dict[str, object]) -> None:
    history = fit(digits_net(), small(), config(epochs=5, batch_size=16, **settings), 0)
    first, last = history.epochs[0].train, history.epochs[-1].train
    assert last.loss < first.loss
    valid = history.epochs[-1].valid
    assert valid is not None and valid.accuracy > 0.2


def test_label_smoothing_has_its_floor() -> None:
    """A perfect network's smoothed loss is the entropy of the smoothed target, not 0."""
    e, k = 0.3, 3
    history = fit(mlp(), blobs(), config(epochs=150, label_smoothing=e, lr=0.03), 0)
    right, wrong = 1 - e + e / k, e / k
    floor = -(right * math.log(right) + (k - 1) * wrong * math.log(wrong))
    assert floor <= history.epochs[-1].train.loss < floor + 0.05


def test_callbacks_see_every_epoch_and_may_stop() -> None:
    seen: list[Epoch] = []

    def watch(epoch: Epoch) -> bool:
        seen.append(epoch)
        return epoch.number == 3

    history = fit(mlp(), blobs(), config(epochs=9), 0, watch)
    assert [e.number for e in seen] == [1, 2, 3]
    assert all(e.valid is not None for e in seen)
    assert history.stopped == "ended by the caller"
    silent = fit(mlp(), blobs(), config(epochs=3), 0).epochs
    assert [e.valid is None for e in silent] == [True, True, False]


def test_the_time_limit_ends_training_with_an_evaluation() -> None:
    history = fit(digits_net(), small(), config(epochs=100_000, time_limit=0.3), 0)
    assert history.stopped == "time limit"
    assert history.seconds < 3
    assert history.epochs[-1].valid is not None


def test_a_loss_that_is_not_finite_fails_with_its_reason() -> None:
    with pytest.raises(FailedTraining, match=r"loss is (nan|inf) in epoch"):
        fit(mlp(), blobs(), config(epochs=50, optimizer="sgd", lr=1e30), 0)


class Spy(nn.Module):
    """Notes the rate of a drop-path module in each training pass."""

    def __init__(self) -> None:
        super().__init__()
        self.drop_prob = 0.4
        self.seen: list[float] = []

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.seen.append(self.drop_prob)
        return x


def test_networks_without_weights_fail() -> None:
    with pytest.raises(FailedTraining, match="no weights"):
        fit(nn.Identity(), blobs(), config(), 0)


def test_drop_path_is_scheduled_by_the_epoch() -> None:
    spy = Spy()
    fit(nn.Sequential(spy, mlp()), blobs(), config(epochs=4, batch_size=1000), 0)
    assert spy.seen == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert spy.drop_prob == 0.4
    spy.seen.clear()
    still = config(epochs=2, batch_size=1000, drop_path_ramp=False)
    fit(nn.Sequential(spy, mlp()), blobs(), still, 0)
    assert spy.seen == [0.4, 0.4]


class Two(nn.Module):
    """A main and an auxiliary output."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.a(x), self.b(x)


@pytest.mark.parametrize("weight", [0.0, 0.4])
def test_auxiliary_outputs_add_to_the_loss(weight: float) -> None:
    net = Two()
    before = net.b.weight.detach().clone()
    fit(net, blobs(), config(epochs=1, auxiliary=weight, weight_decay=0.0), 0)
    assert torch.equal(net.b.weight, before) == (weight == 0.0)


class Language(nn.Module):
    def __init__(self, letters: int) -> None:
        super().__init__()
        self.embed, self.head = nn.Embedding(letters, 16), nn.Linear(16, letters)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.embed(x))
        return out


def test_text_is_learnt_to_its_bigram_perplexity(tmp_path: Path) -> None:
    (tmp_path / "abc.txt").write_text("abcd" * 4000)
    splits = load_data("text:abc.txt", root=str(tmp_path), shape=(16,))
    history = fit(Language(4), splits, config(epochs=5), 0)
    valid = history.epochs[-1].valid
    assert valid is not None
    assert valid.perplexity < 1.1
    assert valid.accuracy == 1.0
    with pytest.raises(NasError, match="NAS721"):
        fit(Language(4), splits, config(augment=["mixup(1)"]), 0)


def test_networks_that_do_not_fit_are_errors_before_training() -> None:
    splits = small()
    with pytest.raises(NasError, match="--set classes=10") as caught:
        fit(digits_net(7), splits, config(), 0)
    assert "7 classes apart, but digits has 10" in str(caught.value)
    with pytest.raises(NasError, match=r"begin the network with image\(1, 8, 8\)"):
        fit(mlp(), splits, config(), 0)
    with pytest.raises(NasError, match="NAS721"):
        fit(mlp(), blobs(), config(augment=["flip"]), 0)
    with pytest.raises(NasError, match="NAS722"):
        fit(mlp(), blobs(), config(device="cpu", precision="fp16"), 0)


def test_an_empty_validation_split_is_not_measured() -> None:
    history = fit(mlp(), blobs().merged(), config(), 0, lambda e: None)
    assert history.epochs[-1].valid is None


def test_batches_do_not_change_an_evaluation() -> None:
    net, splits = digits_net(), small()
    net.eval()
    whole = measure(net, splits, splits.test, config(eval_batch=1000))
    parts = measure(net, splits, splits.test, config(eval_batch=13))
    assert whole.accuracy == parts.accuracy
    assert whole.loss == pytest.approx(parts.loss, rel=1e-5)
