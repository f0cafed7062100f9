from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nasdsl.evaluators.augment import Augment, crop, cutout, flip, mixup


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def picture(n: int, c: int, h: int, w: int) -> torch.Tensor:
    return 1.0 + torch.rand(n, c, h, w, generator=rng(1))


sizes = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 7), st.integers(1, 7))


@given(sizes, st.integers(1, 4), st.integers(0, 99))
def test_a_crop_is_a_window_of_the_padded_image(
    size: tuple[int, int, int, int], pad: int, seed: int
) -> None:
    x = picture(*size)
    black = torch.full((size[1], 1, 1), -3.0)
    out = crop(x, pad, black, rng(seed))
    assert out.shape == x.shape
    padded = torch.full((*size[:2], size[2] + 2 * pad, size[3] + 2 * pad), -3.0)
    padded[:, :, pad : pad + size[2], pad : pad + size[3]] = x
    windows = padded.unfold(2, size[2], 1).unfold(3, size[3], 1)
    for i in range(size[0]):
        same = torch.isclose(windows[i], out[i][:, None, None]).all(0).all(-1).all(-1)
        assert same.any()


@given(sizes, st.integers(0, 99))
def test_a_flip_mirrors_some_images(size: tuple[int, int, int, int], seed: int) -> None:
    x = picture(*size)
    out = flip(x, rng(seed))
    for before, after in zip(x, out, strict=True):
        assert torch.equal(before, after) or torch.equal(before.flip(2), after)


def test_half_of_the_images_are_mirrored() -> None:
    x = picture(2000, 1, 2, 2)
    changed = (flip(x, rng()) != x).flatten(1).any(1)
    assert 900 < int(changed.sum()) < 1100


@given(sizes, st.integers(1, 6), st.integers(0, 99))
def test_cutout_hides_one_rectangle(size: tuple[int, int, int, int], side: int, seed: int) -> None:
    x = picture(*size)
    hidden = cutout(x, side, rng(seed)) == 0
    assert torch.equal(hidden, hidden[:, :1].expand_as(hidden))
    for mask in hidden[:, 0]:
        rows, columns = mask.any(1), mask.any(0)
        assert torch.equal(mask, rows[:, None] & columns[None])
        for line in (rows, columns):
            where = line.nonzero().flatten()
            assert 1 <= len(where) <= side
            assert int(where[-1] - where[0]) == len(where) - 1


def test_cutout_is_a_full_square_inside() -> None:
    hidden = cutout(torch.ones(500, 1, 9, 9), 3, rng())[:, 0] == 0
    counts = hidden.flatten(1).sum(1)
    assert int(counts.max()) == 9
    assert int(counts.min()) == 4
    assert hidden.float().mean(0).min() > 0


def test_mixup_mixes_images_and_targets_alike() -> None:
    y = torch.arange(64) % 4
    x = torch.nn.functional.one_hot(y, 4).float()
    mixed, target = mixup(x, y, 0.5, 4, rng())
    assert torch.allclose(mixed, target)
    assert torch.allclose(target.sum(1), torch.ones(64))
    assert ((target.max(1).values < 0.99) & (target.max(1).values > 0.01)).any()


def test_steps_run_in_order_with_mixup_last() -> None:
    augment = Augment(["mixup(1)", "crop(1)", "flip", "cutout(2)"], 3, 0.0)
    x, y = picture(9, 2, 5, 5), torch.arange(9) % 3
    out, target = augment(x, y, rng())
    assert out.shape == x.shape
    assert target.shape == (9, 3)
    again, _ = augment(x, y, rng())
    assert torch.equal(out, again)


def test_no_augmentation_changes_nothing() -> None:
    x, y = picture(3, 1, 2, 2), torch.arange(3)
    out, target = Augment([], 3, 0.0)(x, y, rng())
    assert out is x
    assert target is y


@pytest.mark.parametrize("alpha", [0.05, 1.0, 8.0])
def test_mixup_stays_finite(alpha: float) -> None:
    x, _ = mixup(picture(256, 1, 2, 2), torch.arange(256) % 2, alpha, 2, rng())
    assert torch.isfinite(x).all()
