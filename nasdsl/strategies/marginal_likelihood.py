"""Hyperparameters of a Gaussian process by its marginal likelihood, with GPyTorch and BoTorch.

Nothing here draws random numbers: one descent by L-BFGS-B from the given kernel, with priors that keep
it sensible on few points (α and β log-normal about the start of NASBOT's scaling, the noise as in
BoTorch's default).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import gpytorch
import torch
from botorch.exceptions.warnings import OptimizationWarning
from botorch.models.gpytorch import GPyTorchModel
from botorch.optim.fit import fit_gpytorch_mll_scipy
from gpytorch.constraints import GreaterThan, Positive
from gpytorch.priors import LogNormalPrior

from .gaussian_process import Array, Group, Kernel

STEPS = 60
LEAST_NOISE = 1e-4


class _Distances(gpytorch.kernels.Kernel):  # type: ignore[misc]  # GPyTorch has no types
    """A kernel whose inputs are numbers of points; their distances, of mean 1, are given."""

    def __init__(self, distances: torch.Tensor, groups: Sequence[Group]) -> None:
        super().__init__()
        self._known = distances
        self._groups = [list(group.members) for group in groups]
        for name, count in (("betas", len(distances)), ("scales", len(groups))):
            self.register_parameter(f"raw_{name}", torch.nn.Parameter(torch.zeros(count)))
            self.register_constraint(f"raw_{name}", Positive())
            self.register_prior(
                f"{name}_prior",
                LogNormalPrior(0.0, 1.0),
                lambda kernel, name=name: kernel.positive(name),
            )

    def positive(self, name: str) -> torch.Tensor:
        constraint = getattr(self, f"raw_{name}_constraint")
        found: torch.Tensor = constraint.transform(getattr(self, f"raw_{name}"))
        return found

    def assign(self, name: str, values: torch.Tensor) -> None:
        constraint = getattr(self, f"raw_{name}_constraint")
        self.initialize(**{f"raw_{name}": constraint.inverse_transform(values)})

    def forward(
        self, x1: torch.Tensor, x2: torch.Tensor, diag: bool = False, **_: object
    ) -> torch.Tensor:
        rows, columns = x1.squeeze(-1).long(), x2.squeeze(-1).long()
        part = self._known[:, rows][:, :, columns]
        betas, scales = self.positive("betas"), self.positive("scales")
        terms = [
            scale * torch.exp(-torch.einsum("i,iab->ab", betas[group], part[group]))
            for scale, group in zip(scales, self._groups, strict=True)
        ]
        total = torch.stack(terms).sum(0)
        return total.diagonal() if diag else total


class _Process(gpytorch.models.ExactGP, GPyTorchModel):  # type: ignore[misc]  # GPyTorch has no types
    _num_outputs = 1

    def __init__(self, inputs: torch.Tensor, targets: torch.Tensor, kernel: _Distances) -> None:
        noise = LogNormalPrior(-4.0, 1.0)
        likelihood = gpytorch.likelihoods.GaussianLikelihood(
            noise_prior=noise, noise_constraint=GreaterThan(LEAST_NOISE)
        )
        super().__init__(inputs, targets, likelihood)
        self.mean_module = gpytorch.means.ZeroMean()
        self.covar_module = kernel

    def forward(self, inputs: torch.Tensor) -> gpytorch.distributions.MultivariateNormal:
        return gpytorch.distributions.MultivariateNormal(
            self.mean_module(inputs), self.covar_module(inputs)
        )


def fit(kernel: Kernel, raised: Array, measured: Array) -> Kernel:
    """The kernel with the most likely hyperparameters.

    raised: (distances, n, n), each of negative type. measured: n standardised numbers.
    """
    process, means = _process(kernel, raised, measured)
    likelihood = gpytorch.mlls.ExactMarginalLogLikelihood(process.likelihood, process).double()
    process.train()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizationWarning)  # the steps are few on purpose
        fit_gpytorch_mll_scipy(likelihood, options={"maxiter": STEPS})
    found = process.covar_module
    with torch.no_grad():
        betas = (found.positive("betas") / means).tolist()
        scales = found.positive("scales").tolist()
        noise = float(process.likelihood.noise.item())
    return Kernel(kernel.groups, tuple(scales), tuple(betas), noise)


def _process(kernel: Kernel, raised: Array, measured: Array) -> tuple[_Process, torch.Tensor]:
    """The process with the kernel's hyperparameters, and what its distances were divided by."""
    distances = torch.from_numpy(raised)
    means = distances.mean(dim=(1, 2))
    means = torch.where(means > 0, means, torch.ones_like(means))
    module = _Distances(distances / means[:, None, None], kernel.groups).double()
    inputs = torch.arange(len(measured), dtype=torch.double)[:, None]
    process = _Process(inputs, torch.from_numpy(measured), module).double()
    module.assign(
        "betas", (torch.tensor(kernel.betas, dtype=torch.double) * means).clamp(1e-3, 1e3)
    )
    module.assign("scales", torch.tensor(kernel.scales, dtype=torch.double).clamp(1e-3, 1e3))
    process.likelihood.noise = max(kernel.noise, 2 * LEAST_NOISE)
    return process, means
