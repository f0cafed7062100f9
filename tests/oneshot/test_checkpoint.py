"""States of any nesting survive a file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from nasdsl import NasError
from nasdsl.oneshot.checkpoint import load, save

KEYS = st.one_of(st.text(max_size=4), st.integers(-3, 3))
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5),
    st.lists(st.floats(-9, 9, width=32), max_size=4).map(torch.tensor),
)  # fmt: skip
STATES = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda s: st.one_of(st.lists(s, max_size=3), st.dictionaries(KEYS, s, max_size=3)), max_leaves=8), max_size=4,
)  # fmt: skip


def same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


@settings(deadline=None)
@given(STATES)
def test_what_is_saved_is_read(state: dict[Any, Any]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "deep" / "state.safetensors"
        save(path, {})
        save(path, state)
        assert same(load(path), state)
        assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_views_of_one_tensor_are_saved(tmp_path: Path) -> None:
    whole = torch.arange(6.0).view(2, 3)
    save(tmp_path / "x", {"rows": list(whole), "turned": whole.T})
    found = load(tmp_path / "x")
    assert torch.equal(torch.stack(found["rows"]), whole) and torch.equal(found["turned"], whole.T)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    save_file({"a": torch.zeros(1)}, tmp_path / "plain")
    for name in ("text", "plain", "missing"):
        with pytest.raises(NasError, match="NAS620"):
            load(tmp_path / name)
    with pytest.raises(TypeError):
        save(tmp_path / "x", {"a": object()})
