from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nasdsl.diagnostics import NasError
from nasdsl.evaluators.augment import crop
from nasdsl.evaluators.data import load_data
from nasdsl.evaluators.splits import Files, Found, Tensors, assemble, cut

from .nets import blobs

labels = st.lists(st.integers(0, 4), min_size=1, max_size=200).map(torch.tensor)


@given(labels, st.floats(0.0, 1.0), st.integers(0, 99))
def test_a_cut_is_a_stratified_partition(y: torch.Tensor, share: float, seed: int) -> None:
    chosen, rest = cut(y, share, seed)
    assert torch.equal(torch.cat([chosen, rest]).sort().values, torch.arange(len(y)))
    assert abs(len(chosen) - share * len(y)) <= 0.5 + 1e-9
    for label in set(y.tolist()):
        assert abs((y[chosen] == label).sum() - share * (y == label).sum()) <= 1 + 1e-9
    again, _ = cut(y, share, seed)
    assert torch.equal(chosen, again)


def test_other_seeds_cut_elsewhere() -> None:
    y = torch.zeros(100, dtype=torch.long)
    assert not torch.equal(cut(y, 0.5, 0)[0], cut(y, 0.5, 1)[0])


def rows(part: object) -> set[bytes]:
    assert isinstance(part, Tensors)
    return {x.numpy().tobytes() for x in part.x}


def test_digits() -> None:
    splits = load_data("digits")
    assert (splits.kind, splits.shape, splits.classes) == ("image", (1, 8, 8), 10)
    sizes = len(splits.train), len(splits.valid), len(splits.test)
    assert sum(sizes) == 1797
    assert sizes == (1078, 360, 359)
    assert not rows(splits.train) & rows(splits.test)
    assert not rows(splits.valid) & rows(splits.test)
    assert not rows(splits.train) & rows(splits.valid)
    for part in (splits.train, splits.valid, splits.test):
        share = part.y.bincount(minlength=10) / len(part)
        assert (share - 0.1).abs().max() < 0.01
    x = splits.normalise(splits.train.x)  # type: ignore[union-attr]
    assert abs(float(x.mean())) < 1e-5
    assert abs(float(x.std()) - 1) < 1e-3


def test_digits_are_cached_and_seeded() -> None:
    assert load_data("digits") is load_data("digits")
    first, other = load_data("digits", seed=1), load_data("digits", seed=2)
    load_data.cache_clear()
    again = load_data("digits", seed=1)
    assert torch.equal(first.test.y, again.test.y)
    assert rows(first.test) == rows(again.test)
    assert rows(first.test) != rows(other.test)


@pytest.mark.parametrize("batch", [1, 7, 64, 5000])
def test_blocks_give_every_sample_once(batch: int) -> None:
    split = Tensors(torch.arange(5003)[:, None], torch.arange(5003))
    for rng in (None, torch.Generator().manual_seed(0)):
        seen, steps = [], 0
        for x, y, parts in split.blocks(batch, rng):
            pieces = x.tensor_split(parts)
            assert all(0 < len(p) <= batch for p in pieces)
            assert max(map(len, pieces)) - min(map(len, pieces)) <= 1
            steps += parts
            seen.append(y)
        assert steps == split.steps(batch)
        assert torch.equal(torch.cat(seen).sort().values, torch.arange(5003))


def test_merging_joins_validation_to_training() -> None:
    splits = load_data("digits")
    merged = splits.merged()
    assert rows(merged.train) == rows(splits.train) | rows(splits.valid)
    assert len(merged.valid) == 0
    assert merged.test is splits.test


def test_limits_are_stratified() -> None:
    part = load_data("digits").limited(100, 0).train
    assert len(part) == 100
    assert set(part.y.bincount().tolist()) <= {9, 10, 11}
    assert load_data("digits").limited(10**6, 0) is load_data("digits")


def test_images_read_as_vectors_and_as_sequences_keep_their_values() -> None:
    splits = load_data("digits")
    image = splits.normalise(splits.test.x)  # type: ignore[union-attr]
    for kind, shape in (("vector", (64,)), ("sequence", (8, 8))):
        other = splits.shaped(kind, shape)
        assert (other.kind, other.shape) == (kind, shape)
        x = other.normalise(other.test.x)  # type: ignore[union-attr]
        assert torch.allclose(x.flatten(), image.flatten())
    assert splits.shaped("vector", (63,)) is splits


def test_grey_images_read_as_coloured_ones() -> None:
    splits = load_data("digits")
    assert isinstance(splits.train, Tensors)
    other = splits.shaped("image", (3, 8, 8))
    assert other.shape == (3, 8, 8)
    assert isinstance(other.train, Tensors)
    x, y = splits.normalise(splits.train.x[:5]), other.normalise(other.train.x[:5])
    assert torch.equal(y, x.expand(5, 3, 8, 8))
    assert splits.shaped("image", (3, 9, 9)) is splits
    assert other.shaped("image", (1, 8, 8)) is other, "colours are not thrown away"
    x = other.normalise(other.train.x[:2])
    assert crop(x, 1, other.black, torch.Generator().manual_seed(0)).shape == (2, 3, 8, 8)


def test_too_few_samples_are_an_error() -> None:
    found = Found("vector", 2, Tensors(torch.zeros(2, 3), torch.tensor([0, 1])))
    with pytest.raises(NasError, match="NAS704"):
        assemble("two", found, valid_fraction=0.25, seed=0)


def test_constant_features_are_not_divided_by_zero() -> None:
    found = Found("vector", 2, Tensors(torch.ones(40, 3), torch.arange(40) % 2))
    splits = assemble("flat", found, valid_fraction=0.25, seed=0)
    assert splits.std is not None and torch.equal(splits.std, torch.ones(3))


class Numbers(torch.utils.data.Dataset[tuple[torch.Tensor, int]]):
    def __len__(self) -> int:
        return 21

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return torch.full((1, 4, 4), index, dtype=torch.uint8), index % 3


def test_files_are_read_like_tensors() -> None:
    files = Files(Numbers(), torch.arange(21) % 3)
    plain = [x for x, _, parts in files.blocks(4) if parts == 1]
    assert torch.equal(torch.cat(plain)[:, 0, 0, 0], torch.arange(21, dtype=torch.uint8))

    def epoch() -> torch.Tensor:
        rng = torch.Generator().manual_seed(3)
        return torch.cat([y for _, y, _ in files.blocks(4, rng)])

    assert torch.equal(epoch(), epoch())
    assert len(epoch()) == 4 * files.steps(4) == 20
    half = files.take(torch.arange(0, 21, 2))
    assert len(half.plus(half)) == 22
    splits = assemble("numbers", Found("image", 3, files), valid_fraction=0.25, seed=0)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (13, 4, 4)
    assert len(splits.merged().train) == 17


def test_blobs_are_usable() -> None:
    assert blobs().shape == (4,)
