"""The largest eigenvalue of a Hessian, from products with vectors, by Lanczos's method (SciPy)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh
from torch import Tensor

TOLERANCE = 1e-3


def largest_eigenvalue(loss: Callable[[], Tensor], params: Sequence[Tensor]) -> float:
    """Of the second derivatives of `loss` in `params`; double precision outside the products.

    One forward pass, and a backward pass for each of Lanczos's steps. nan if it does not converge.
    """
    slopes = torch.autograd.grad(
        loss(), params, create_graph=True, allow_unused=True, materialize_grads=True
    )
    flat = torch.cat([s.flatten() for s in slopes])
    if not flat.requires_grad:
        return 0.0
    size = flat.numel()

    def product(vector: Any) -> Any:
        direction = torch.as_tensor(np.asarray(vector).reshape(-1)).to(flat)
        found = torch.autograd.grad(
            flat, params, direction, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        return torch.cat([f.flatten() for f in found]).double().cpu().numpy()

    if size <= 2:  # too small for Lanczos
        matrix = np.stack([product(row) for row in np.eye(size)])
        return float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[-1])
    operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
    begin = np.full(size, size**-0.5) + np.linspace(0, 1e-2, size)  # the same every time
    try:
        (value,) = eigsh(
            operator, 1, which="LA", v0=begin, tol=TOLERANCE, return_eigenvectors=False
        )
    except ArpackNoConvergence:
        return float("nan")
    return float(value)
