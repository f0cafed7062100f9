"""How a space is relaxed."""

from __future__ import annotations

from ..record import Record, record


@record
class Options(Record):
    """affine: whether norms inside mixtures, and those that mixtures read, have parameters of their
    own. pool_norm: a norm without parameters behind every pool that is an alternative (both as the
    search network of DARTS; Liu et al. 2019). partial: only one in so many channels passes through
    an operator mixture, the others pass by it (PC-DARTS; Xu et al. 2020)."""

    affine: bool = True
    pool_norm: bool = False
    partial: int = 1
