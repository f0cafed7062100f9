"""Instances that differ from the file's count, and why; and those that cannot be built.

DIFFERENT: id -> {"params" or "flops": (what we count, why)}. Only flops, or counts that nobody has
checked, may stand here.
"""

from __future__ import annotations

from collections.abc import Mapping

_OWN = (
    "the figure is of the repository's own counter, which counts other things "
    "(the classifier once for every patch, norms, but not every product)"
)
_ODD = (
    "a factorized reduction to an odd number of channels: the count of the file drops one of its "
    "convolutions, but not of its batch norm; TF-slim gives it to the second half, as we do"
)

DIFFERENT: Mapping[str, Mapping[str, tuple[int, str]]] = {
    "autoformer-t": {"flops": (1481938432, _OWN)},
    "autoformer-b": {"flops": (11691179008, _OWN)},
    "amoebanet-a-mobile": {"params": (5087731, _ODD), "flops": (554688004, _ODD)},
    "amoebanet-b-mobile": {"params": (5259693, _ODD), "flops": (555061400, _ODD)},
    "amoebanet-c-mobile": {"params": (6354816, _ODD), "flops": (676937592, _ODD)},
    "amoebanet-a-6-190": {"params": (86721838, _ODD), "flops": (23133666547, _ODD)},
    "amoebanet-c-6-228": {"params": (155277228, _ODD), "flops": (41129493435, _ODD)},
}

NOT_BUILT: Mapping[str, str] = {
    "autogan-cifar10-c": "the instance is the name of a Python module; the data set has no text of it",
    "proxyless-cifar-treecell": "the instance's text is a file of 969 kB that is not part of the data set",
}
