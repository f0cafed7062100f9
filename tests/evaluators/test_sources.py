from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nasdsl.diagnostics import NasError
from nasdsl.evaluators.data import load_data
from nasdsl.evaluators.images import TORCHVISION, torchvision_name
from nasdsl.evaluators.splits import Splits, Tensors

DATA = Path(os.environ.get("NASDSL_DATA") or Path(__file__).parents[3] / "shared" / "data")


def load(spec: str, root: Path, shape: tuple[int, ...] | None = None) -> Splits:
    return load_data(spec, root=str(root), shape=shape)


def npz(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path / "data.npz", **arrays)  # type: ignore[arg-type]
    return path


def test_an_npz_with_two_arrays_is_cut(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 255, (100, 6, 5, 3), dtype=np.uint8)
    splits = load("npz:data.npz", npz(tmp_path, x=x, y=np.arange(100) % 4))
    assert (splits.kind, splits.shape, splits.classes) == ("image", (3, 6, 5), 4)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (60, 20, 20)
    assert isinstance(splits.train, Tensors) and splits.train.x.dtype == torch.uint8


def test_an_npz_with_its_own_splits(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    parts: dict[str, np.ndarray] = {}
    for name, count in (("train", 40), ("valid", 12), ("test", 8)):
        parts |= {f"x_{name}": rng.normal(size=(count, 7)), f"y_{name}": np.arange(count) % 2}
    splits = load("npz:data.npz", npz(tmp_path, **parts, note=np.array(["kept out"])))
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (40, 12, 8)
    assert (splits.kind, splits.shape) == ("vector", (7,))
    (tmp_path / "more").mkdir()
    npz(tmp_path / "more", x=np.zeros((50, 9, 2)), y=np.arange(50) % 2)
    sequence = load("npz:more/data.npz", tmp_path)
    assert (sequence.kind, sequence.shape) == ("sequence", (9, 2))


X, Y = np.zeros((10, 3)), np.arange(10) % 2


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"a": X}, "x_train, y_train"),
        ({"x_train": X}, "x_train, y_train"),
        ({"x": X, "y": Y[:5]}, "for 10 samples"),
        ({"x": X, "y": Y.astype(float)}, "class number"),
        ({"x": X, "y": Y - 1}, "class number"),
        ({"x": X[0], "y": Y}, "of shape"),
        ({"x": X.astype(str), "y": Y}, "give numbers"),
        ({"x": X.astype(object), "y": Y}, "object arrays"),
        ({"x": X * np.nan, "y": Y}, "not finite"),
        ({"x_train": X, "y_train": Y, "x_test": X[:, :2], "y_test": Y}, "x_test"),
        ({"x_train": X, "y_train": Y, "x_test": X}, "no y_test"),
    ],
)
def test_bad_arrays_are_errors(tmp_path: Path, arrays: dict[str, np.ndarray], words: str) -> None:
    with pytest.raises(NasError, match="NAS703") as caught:
        load("npz:data.npz", npz(tmp_path, **arrays))
    assert words in str(caught.value)


def test_other_files_are_errors(tmp_path: Path) -> None:
    (tmp_path / "noise.npz").write_bytes(b"this is no archive")
    (tmp_path / "short.txt").write_text("too short")
    (tmp_path / "latin.txt").write_bytes(b"\xff\xfe\xfd" * 5000)
    (tmp_path / "empty").mkdir()
    for spec, code in (
        ("npz:noise.npz", "NAS703"),
        ("npz:none.npz", "NAS702"),
        ("text:none.txt", "NAS702"),
        ("text:short.txt", "NAS704"),
        ("text:latin.txt", "NAS703"),
        ("folder:none", "NAS702"),
        ("folder:empty", "NAS703"),
        ("CIFAR10", "NAS702"),
        ("cifar11", "NAS701"),
        ("npz:", "NAS701"),
        ("parquet:x", "NAS701"),
    ):
        with pytest.raises(NasError, match=code):
            load(spec, tmp_path)


def test_names_of_torchvision() -> None:
    from torchvision import datasets

    assert all(hasattr(datasets, name) for name in TORCHVISION)
    assert torchvision_name("fashion-mnist") == "FashionMNIST"
    with pytest.raises(NasError, match=r"did you mean `FashionMNIST`\?"):
        load_data("fashionmnits")
    with pytest.raises(NasError, match=r"did you mean `digits`\?"):
        load_data("digit")


def test_missing_data_say_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(NasError, match="--set download=true"):
        load("mnist", tmp_path)


def images(folder: Path, per_class: int) -> None:
    for number, name in enumerate(("cat", "dog", "eel")):
        (folder / name).mkdir(parents=True)
        for i in range(per_class):
            colour = (80 * number, 10 * i, 200)
            Image.new("RGB", (12 + i, 16), colour).save(folder / name / f"{i}.png")


def test_a_folder_is_cut(tmp_path: Path) -> None:
    images(tmp_path / "pets", 10)
    splits = load("folder:pets", tmp_path, shape=(3, 8, 8))
    assert (splits.kind, splits.shape, splits.classes) == ("image", (3, 8, 8), 3)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (18, 6, 6)
    part = splits.train
    assert isinstance(part, Tensors)
    assert torch.equal(part.x[:, 0].amax((1, 2)) // 80, part.y)
    assert load("folder:pets", tmp_path, shape=(1, 8, 8)).shape == (1, 8, 8)
    with pytest.raises(NasError, match="NAS711"):
        load("folder:pets", tmp_path, shape=(64,))


def test_a_folder_with_its_own_splits(tmp_path: Path) -> None:
    for part, count in (("train", 8), ("val", 2), ("test", 3)):
        images(tmp_path / part, count)
    splits = load(f"folder:{tmp_path}", tmp_path, shape=(3, 8, 8))
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (24, 6, 9)
    shutil.rmtree(tmp_path / "test" / "eel")
    load_data.cache_clear()
    with pytest.raises(NasError, match="differ in the classes eel"):
        load(f"folder:{tmp_path}", tmp_path, shape=(3, 8, 8))


def test_big_folders_stay_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images(tmp_path / "pets", 10)
    small = load("folder:pets", tmp_path, shape=(3, 10, 8))
    monkeypatch.setattr("nasdsl.evaluators.images._MEMORY", 0)
    load_data.cache_clear()
    big = load("folder:pets", tmp_path, shape=(3, 10, 8))
    assert not isinstance(big.train, Tensors) and isinstance(small.train, Tensors)
    assert torch.equal(big.test.y, small.test.y)
    x = torch.cat([x for x, _, _ in big.test.blocks(4)])
    assert torch.equal(x, small.test.x)  # type: ignore[union-attr]


def test_text_is_cut_in_order(tmp_path: Path) -> None:
    text = "to be, or not to be: that is the question. " * 100
    (tmp_path / "a.txt").write_text(text)
    with gzip.open(tmp_path / "a.txt.gz", "wt") as file:
        file.write(text)
    splits = load("text:a.txt", tmp_path, shape=(16,))
    packed = load("text:a.txt.gz", tmp_path, shape=(16,))
    assert (splits.kind, splits.shape, splits.classes) == ("tokens", (16,), len(set(text)))
    assert torch.equal(splits.train.y, packed.train.y)
    letters = sorted(set(text))
    parts = [splits.train, splits.valid, splits.test]
    read = "".join(letters[i] for p in parts for i in p.x.flatten().tolist())  # type: ignore[union-attr]
    shifted = "".join(letters[i] for p in parts for i in p.y.flatten().tolist())
    assert text.startswith(read)
    assert text[1:].startswith(shifted)
    assert len(splits.valid) == len(splits.test) == len(read) // 16 // 20


@pytest.mark.skipif(not (DATA / "images").is_dir(), reason="needs NASDSL_DATA")
def test_mnist_and_a_part_of_cifar(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for file in (DATA / "images" / "mnist").glob("*.gz"):
        with gzip.open(file) as packed, (raw / file.stem).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    splits = load("mnist", tmp_path)
    assert (splits.shape, splits.classes) == ((1, 28, 28), 10)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (45000, 15000, 10000)
    assert splits.mean is not None and abs(float(splits.mean) / 255 - 0.1307) < 0.002
    cifar = load("npz:images/cifar10_subset_6k1k.npz", DATA)
    assert (cifar.shape, cifar.classes) == ((3, 32, 32), 10)
    assert (len(cifar.train), len(cifar.valid), len(cifar.test)) == (4500, 1500, 1000)
    load_data.cache_clear()
