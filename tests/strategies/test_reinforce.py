"""Policy gradients are the gradient of the expected reward; rewards and baselines by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any

import pytest
import torch
from torch import Tensor

from nasdsl.strategies import Trial, make_strategy
from nasdsl.strategies.atoms import atoms
from nasdsl.strategies.policy_search import LARGEST, MovingAverage, reward
from tests.flat_space import FlatSpace

TOY: Any = FlatSpace((2, 3))  # two tokens
REWARD = [0.3, 0.9, -0.2, 0.5, 0.1, 0.7]
WORDS = [atoms(TOY, genotype) for genotype in TOY.enumerate()]


def toy(name: str = "reinforce", **options: Any) -> Any:
    small = {"hidden": 4, "init": 0.7, "power": 1.0, "batch": 1}
    strategy = make_strategy(name, TOY, small | options, 3)
    strategy.policy.score(WORDS)  # type: ignore[attr-defined]  # makes the rows
    return strategy


def gradient(strategy: Any, loss: Tensor) -> Tensor:
    parameters = list(strategy.policy.parameters())
    parts = torch.autograd.grad(loss, parameters, allow_unused=True)
    pairs = zip(parts, parameters, strict=True)
    return torch.cat(
        [torch.zeros_like(p).flatten() if g is None else g.flatten() for g, p in pairs]
    )


def caught(strategy: Any, monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
    """The gradients of the steps that the strategy would make from now on."""
    found: list[Tensor] = []
    catch: Callable[[Tensor], None] = lambda loss: found.append(gradient(strategy, loss))
    monkeypatch.setattr(strategy, "_step", catch)
    return found


@pytest.mark.parametrize("policy", ["lstm", "independent"])
@pytest.mark.parametrize("baseline", [0.0, 0.4, -2.0])
def test_the_gradient_is_unbiased(
    policy: str, baseline: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: its expectation over the six sequences is that of the expected reward, for any b."""
    strategy = toy(policy=policy)
    chances = strategy.policy.score(WORDS)[0].exp()
    exact = gradient(strategy, (chances * torch.tensor(REWARD)).sum())
    steps = caught(strategy, monkeypatch)
    for word, value in zip(WORDS, REWARD, strict=True):
        strategy._train([word], [value - baseline], [None])
    expected = sum(p * step for p, step in zip(chances.detach(), steps, strict=True))
    assert exact.abs().max() > 1e-3
    assert torch.allclose(-expected, exact, atol=1e-6)


def test_a_batch_makes_the_mean_of_its_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    strategy = toy(entropy=0.1)
    steps = caught(strategy, monkeypatch)
    for word, value in zip(WORDS, REWARD, strict=True):
        strategy._train([word], [value], [None])
    strategy._train(WORDS, REWARD, [None] * 6)
    assert torch.allclose(torch.stack(steps[:-1]).mean(0), steps[-1], atol=1e-6)


def test_the_entropy_bonus_flattens_the_policy() -> None:
    strategy = toy(policy="independent", entropy=1.0, lr=0.05)
    table = strategy.policy.table.get_parameter("logits")
    table.data.uniform_(-2, 2, generator=torch.Generator().manual_seed(0))
    before = strategy.policy.score(WORDS)[1].mean().item()
    for _ in range(100):
        strategy._train(WORDS, [0.0] * 6, [None] * 6)
    assert before < 1.6
    assert strategy.policy.score(WORDS)[1].mean().item() > 1.79  # log 6 at most


def test_the_moving_average_has_no_bias() -> None:
    average = MovingAverage(0.9)
    assert average.value is None
    average.update(2.0)
    assert average.value == pytest.approx(2.0)
    average.update(5.0)
    assert average.value == pytest.approx((0.9 * 2 + 5) / 1.9)


def watched(strategy: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[float]]:
    """The advantages of the batches from now on."""
    found: list[list[float]] = []

    def train(words: Any, advantages: Sequence[float], logs: Any) -> None:
        found.append(list(advantages))

    monkeypatch.setattr(strategy, "_train", train)
    return found


def tell(strategy: Any, values: Sequence[float | None]) -> None:
    for value in values:
        (genotype,) = strategy.ask()
        state: Any = "failed" if value is None else "done"
        strategy.tell([Trial(0, genotype, state, () if value is None else (value,))])


def test_advantages_are_over_the_rewards_before(monkeypatch: pytest.MonkeyPatch) -> None:
    strategy = toy(batch=2, power=3.0, decay=0.5)
    found = watched(strategy, monkeypatch)
    tell(strategy, [1.0, None, 2.0, -1.0, 0.5, 3.0])
    # rewards 1, 8 of the first batch against their mean; then -1, 0.125 against
    # (0.5 * 1 + 8) / 1.5; the last waits, and what failed taught nothing
    assert found == [[pytest.approx(-3.5), pytest.approx(3.5)],
                     [pytest.approx(-1 - 17 / 3), pytest.approx(0.125 - 17 / 3)]]  # fmt: skip


def test_failures_may_be_punished(monkeypatch: pytest.MonkeyPatch) -> None:
    strategy = toy(batch=3, failure=-1.0)
    found = watched(strategy, monkeypatch)
    tell(strategy, [2.0, None, 2.0])
    assert found == [[pytest.approx(1.0), pytest.approx(-2.0), pytest.approx(1.0)]]


def test_rewards_keep_their_sign_and_are_bounded() -> None:
    assert reward(0.9, 3.0) == pytest.approx(0.729)
    assert reward(-4.0, 0.5) == -2.0
    assert reward(0.0, 3.0) == 0.0
    assert reward(-1e300, 30.0) == reward(float("-inf"), 1.0) == -LARGEST


def test_an_absurd_value_does_not_end_the_learning() -> None:
    strategy = toy()
    tell(strategy, [0.5, -1e30, 0.5, 0.7])
    assert all(p.isfinite().all() for p in strategy.policy.parameters())


def climbed(name: str, config: dict[str, Any], trials: int, last: int) -> float:
    """The mean of the last values of a search for the largest sum of choices, 0 to 1."""
    space: Any = FlatSpace((4,) * 5)
    strategy = make_strategy(name, space, config, 0)
    values: list[float] = []
    for number in range(trials):
        (genotype,) = strategy.ask()
        values.append(sum(genotype.choices) / 15)
        strategy.tell([Trial(number, genotype, "done", (values[-1],))])
    return mean(values[-last:])


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("reinforce", {"policy": "independent", "lr": 0.05, "batch": 1}),
        ("reinforce", {"lr": 0.01, "batch": 4, "hidden": 16}),
        ("ppo", {"lr": 0.01, "batch": 10, "hidden": 16}),
    ],
)
def test_it_learns(name: str, config: dict[str, Any]) -> None:
    assert climbed(name, config, 400, 50) > 0.75  # 0.5 at random


def test_the_controller_can_say_what_depends_on_what() -> None:
    """Four pairs of equal choices, all equally likely: independent ones give them 1/16 each."""
    space: Any = FlatSpace((4, 4))
    pairs = [atoms(space, g) for g in space.enumerate() if g.choices[0] == g.choices[1]]
    strategy: Any = make_strategy("reinforce", space, {"lr": 0.03, "hidden": 16}, 1)
    for _ in range(150):
        logs, _ = strategy.policy.score(pairs)
        strategy._step(-logs.mean())
    assert logs.exp().sum() > 0.9 and logs.exp().min() > 0.2


def test_the_clipped_objective(monkeypatch: pytest.MonkeyPatch) -> None:
    """Schulman et al., equation 7: nothing beyond the clip if that is better, all if it is worse."""
    strategy = toy("ppo", epochs=1, entropy=0.0, clip=0.2)
    steps = caught(strategy, monkeypatch)
    word = WORDS[:1]
    log = strategy.policy.score(word)[0].item()
    for gain, shift in [(1.0, 0.5), (1.0, -0.5), (-1.0, 0.5), (-1.0, -0.5), (1.0, 0.0)]:
        strategy._train(word, [gain], [log - shift])  # a ratio of exp(shift)
    size = [step.norm().item() for step in steps]
    assert size[0] == size[3] == 0
    assert size[1] == pytest.approx(size[4] * 2.71828**-0.5, rel=1e-3)
    assert size[2] == pytest.approx(size[4] * 2.71828**0.5, rel=1e-3)


def test_stale_trials_do_not_end_the_learning() -> None:
    strategy = toy("ppo", batch=1)
    strategy._train(WORDS[:1], [-1.0], [-1e4])
    assert all(p.isfinite().all() for p in strategy.policy.parameters())


def test_the_first_epoch_of_a_batch_is_reinforce(monkeypatch: pytest.MonkeyPatch) -> None:
    shared: dict[str, Any] = {"entropy": 0.01, "layers": 1, "batch": 6}
    ppo, plain = toy("ppo", epochs=1, **shared), toy(**shared)
    found = [caught(strategy, monkeypatch) for strategy in (ppo, plain)]
    for strategy in (ppo, plain):
        strategy._train(WORDS, REWARD, [None] * 6)
    assert torch.allclose(found[0][0], found[1][0], atol=1e-6)


def test_ratios_are_over_the_probabilities_when_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for a proposal whose trial is told after the policy has changed."""
    strategy = toy("ppo", batch=2)
    late = strategy.ask()[0]
    log = strategy.policy.score([atoms(TOY, late)])[0].item()
    first, second, foreign = [g for g in TOY.enumerate() if g != late][:3]
    strategy.tell([Trial(0, first, "done", (0.1,)), Trial(1, second, "done", (0.9,))])
    assert strategy.policy.score([atoms(TOY, late)])[0].item() != pytest.approx(log, abs=1e-5)
    logs: list[Any] = []
    monkeypatch.setattr(strategy, "_train", lambda words, gains, drawn: logs.extend(drawn))
    strategy.tell([Trial(0, late, "done", (1.0,)), Trial(1, foreign, "done", (1.0,))])
    assert logs == [pytest.approx(log, abs=1e-4), None]
