"""Seeds of parts from the seed of the whole."""

from __future__ import annotations

from hashlib import sha256


def derive_seed(seed: int, *parts: int | str) -> int:
    """A seed of 32 bits from another and a place; the same on every machine."""
    text = "/".join(map(str, (seed, *parts)))
    return int.from_bytes(sha256(text.encode()).digest()[:4])
