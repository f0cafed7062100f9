"""Posteriors, likelihoods and acquisition functions, held to GPyTorch, BoTorch and their definitions."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.strategies.acquisition import acquire, log_expected_improvement
from nasdsl.strategies.gaussian_process import (
    Group,
    Kernel,
    Posterior,
    first_kernel,
    negative_type,
    raised,
)

ONE = (Group((0,)),)
seeds = st.integers(0, 10**6)


def line(n: int, seed: int = 0) -> tuple[Any, Any]:
    """Points on a line with their distances, (1, n, n)."""
    places = np.sort(np.random.default_rng(seed).random(n)) * 4
    return places, np.abs(places[:, None] - places[None])[None]


def test_the_kernel_is_the_sum_of_its_groups() -> None:
    groups = (Group((0, 1)), Group((2,), 2.0))
    kernel = Kernel(groups, (0.5, 2.0), (1.0, 3.0, 0.1), 0.01)
    distances = np.array([1.0, 0.5, 2.0])[:, None, None]
    want = 0.5 * math.exp(-1.0 - 1.5) + 2.0 * math.exp(-0.1 * 4)
    assert kernel(raised(distances, groups)).item() == pytest.approx(want)
    assert kernel.variance == 2.5
    assert Kernel.load(groups, kernel.dump()) == kernel


def test_the_posterior_is_that_of_gpytorch() -> None:
    import gpytorch
    import torch

    places, distances = line(7)
    kernel = Kernel(ONE, (1.5,), (0.7,), 0.05)
    measured = np.sin(places)
    posterior = Posterior(kernel, kernel(distances), measured)
    new = np.array([0.3, 1.7, 9.0])
    mean, std = posterior.predict(kernel(np.abs(new[:, None] - places[None])[None]))

    class Process(gpytorch.models.ExactGP):  # type: ignore[misc]
        def __init__(self, x: Any, y: Any, likelihood: Any) -> None:
            super().__init__(x, y, likelihood)
            base = gpytorch.kernels.MaternKernel(nu=0.5)
            self.covariance = gpytorch.kernels.ScaleKernel(base)
            base.lengthscale, self.covariance.outputscale = 1 / 0.7, 1.5

        def forward(self, x: Any) -> Any:
            return gpytorch.distributions.MultivariateNormal(
                torch.zeros(len(x)), self.covariance(x)
            )

    x, y = torch.from_numpy(places)[:, None], torch.from_numpy(measured)
    likelihood = gpytorch.likelihoods.GaussianLikelihood()
    likelihood.noise = 0.05
    process = Process(x, y, likelihood).double().eval()
    found = process(torch.from_numpy(new)[:, None])
    assert np.allclose(mean, found.mean.detach().numpy(), atol=1e-5)
    assert np.allclose(std**2, found.variance.detach().numpy(), atol=1e-5)


def likelihood(kernel: Kernel, distances: Any, measured: Any) -> float:
    covariance = kernel(distances) + kernel.noise * np.eye(len(measured))
    _, logdet = np.linalg.slogdet(covariance)
    return float(-0.5 * (measured @ np.linalg.solve(covariance, measured) + logdet))


def test_fits_find_likely_hyperparameters_and_touch_no_global_generator() -> None:
    import torch

    from nasdsl.strategies.marginal_likelihood import fit

    _, distances = line(40)
    true = Kernel(ONE, (1.0,), (0.5,), 0.01)
    noisy = true(distances) + 0.01 * np.eye(40)
    measured = np.linalg.cholesky(noisy) @ np.random.default_rng(1).standard_normal(40)
    start = Kernel(ONE, (1.0,), (20.0,), 0.3)
    before = torch.get_rng_state()
    found = fit(start, distances, measured)
    assert torch.equal(before, torch.get_rng_state())
    assert found == fit(start, distances, measured)
    assert likelihood(found, distances, measured) > likelihood(start, distances, measured) + 5
    assert likelihood(found, distances, measured) > likelihood(true, distances, measured) - 3
    assert 0.05 < found.betas[0] < 5 and 1e-4 <= found.noise < 0.3


@pytest.mark.parametrize("n", [2, 3])
def test_fits_stand_equal_points_and_equal_values(n: int) -> None:
    from nasdsl.strategies.marginal_likelihood import fit

    distances = np.zeros((1, n, n))
    found = fit(first_kernel(ONE, distances), distances, np.zeros(n))
    assert np.isfinite([*found.betas, *found.scales, found.noise]).all()


@settings(max_examples=30, deadline=None)
@given(seed=seeds, n=st.integers(2, 12))
def test_matrices_of_negative_type_make_valid_kernels(seed: int, n: int) -> None:
    draws = np.random.default_rng(seed).random((n, n))
    found = negative_type(draws + draws.T - np.diag(2 * draws.diagonal()))
    for beta in (0.1, 1.0, 10.0):
        assert np.linalg.eigvalsh(np.exp(-beta * found))[0] > -1e-8
    assert np.allclose(found, found.T) and np.allclose(found.diagonal(), 0)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, n=st.integers(2, 12))
def test_matrices_that_are_of_negative_type_stay(seed: int, n: int) -> None:
    _, distances = line(n, seed)
    assert negative_type(distances[0]) is distances[0] or np.array_equal(
        negative_type(distances[0]), distances[0]
    )


def test_singular_covariances_are_survived() -> None:
    kernel = Kernel(ONE, (1.0,), (1.0,), 0.0)
    posterior = Posterior(kernel, np.ones((5, 5)), np.ones(5))
    mean, std = posterior.predict(np.ones((1, 5)))
    assert mean[0] == pytest.approx(1.0, abs=1e-3) and 0 <= std[0] < 0.1


def test_log_expected_improvement_is_that_of_botorch() -> None:
    import torch
    from botorch.acquisition.analytic import _log_ei_helper  # the reference alone is private

    z = np.concatenate([-np.logspace(7, -3, 60), np.linspace(-1.5, 8, 40)])
    found = log_expected_improvement(z, np.ones_like(z), 0.0)
    want = _log_ei_helper(torch.from_numpy(z)).numpy()
    assert np.isfinite(found).all()
    near = z > -1e6
    assert np.allclose(found[near], want[near], rtol=1e-6, atol=1e-9)


def test_expected_improvement_by_simulation() -> None:
    mean, std, best = np.array([0.2]), np.array([0.7]), 0.5
    draws = mean + std * np.random.default_rng(0).standard_normal(400_000)
    want = np.maximum(0, draws - best).mean()
    assert math.exp(log_expected_improvement(mean, std, best)[0]) == pytest.approx(want, rel=0.01)


def test_the_other_acquisition_functions() -> None:
    mean, std = np.array([0.0, 1.0]), np.array([1.0, 0.1])
    assert acquire("ucb", mean, std, 0.0, 2.0, Random(0)).tolist() == [2.0, 1.2]
    assert acquire("mean", mean, std, 0.0, 2.0, Random(0)).tolist() == [0.0, 1.0]
    draws = np.array([acquire("its", mean, std, 0.0, 2.0, Random(s)) for s in range(2000)])
    assert np.allclose(draws.mean(axis=0), mean, atol=0.1)
    assert np.allclose(draws.std(axis=0), std, rtol=0.1)
