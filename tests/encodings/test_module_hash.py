"""The hash of NAS-Bench-101 against published ones, and under isomorphism."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from nasdsl.encodings.module_hash import module_hash

FILE = Path(__file__).parent.parent / "data/rosetta.json"
KNOWN = [e for e in json.loads(FILE.read_text(encoding="utf-8")) if "module_hash" in e]


@pytest.mark.parametrize("entry", KNOWN, ids=lambda e: e["id"])
def test_published_hashes(entry: dict[str, str]) -> None:
    spec = json.loads(entry["string"])
    assert module_hash(spec["matrix"], spec["ops"]) == entry["module_hash"]


def test_isomorphic_modules_have_one_hash() -> None:
    spec = json.loads(KNOWN[0]["string"])
    matrix, ops = spec["matrix"], spec["ops"]
    last = len(ops) - 1
    seen = set()
    for inner in permutations(range(1, last)):
        order = [0, *inner, last]
        moved = [[matrix[i][j] for j in order] for i in order]
        if all(not moved[i][j] for i in range(last + 1) for j in range(i + 1)):
            seen.add(module_hash(moved, [ops[i] for i in order]))
    assert len(seen) == 1


def test_without_a_path_there_is_no_hash() -> None:
    with pytest.raises(ValueError, match="no path"):
        module_hash([[0, 0], [0, 0]], ["input", "output"])
