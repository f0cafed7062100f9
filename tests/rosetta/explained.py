"""Instances that differ from the file's count, and why; and those that cannot be built.

DIFFERENT: id -> {"params" or "flops": (what we count, why)}. Only flops, or counts that nobody has
checked, may stand here.
"""

from __future__ import annotations

from collections.abc import Mapping

DIFFERENT: Mapping[str, Mapping[str, tuple[int, str]]] = {}

NOT_BUILT: Mapping[str, str] = {
    "proxyless-cifar-treecell": "the instance's text is a file of 969 kB that is not part of the data set",
}
