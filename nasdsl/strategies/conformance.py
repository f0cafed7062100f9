"""What every strategy promises, as checks that any test runner can call.

A check takes a factory (space, seed → strategy), a space and a number of trials to make, and raises
AssertionError. Call each of CHECKS with a space of at least a few hundred members; a new strategy
passes them all or is not one. Strategies that fit models may be given fewer trials, but enough to
leave their random beginning. `trace` writes a run down, so that a test can compare it across
processes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from .base import State, Strategy, Trial

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

Factory = Callable[["Space", int], Strategy]
LOST: tuple[State, State] = ("infeasible", "failed")  # states without values


def score(text: str) -> float:
    """A fixed pseudo-random objective in [0, 1) of a genotype's text."""
    return int.from_bytes(sha256(text.encode()).digest()[:6]) / 2**48


def evaluate(space: Space, genotype: Genotype, number: int, fail: bool = False) -> Trial:
    """A trial of the objective `score`; with `fail`, every third one fails or is infeasible."""
    if fail and number % 3 == 0:
        return Trial(number, genotype, LOST[number % 2], reason="on purpose")
    value = score(space.text(genotype))
    return Trial(number, genotype, "done", (value,), {"score": value}, seed=number)


def drive(
    strategy: Strategy, space: Space, trials: int, *, start: int = 0, batch: int = 1,
    fail: bool = False,
) -> list[Genotype]:  # fmt: skip
    """Run the ask and tell loop over trials start … start + trials - 1."""
    asked: list[Genotype] = []
    while len(asked) < trials:
        proposals = strategy.ask(min(batch, trials - len(asked)))
        if not proposals:
            break
        first = start + len(asked)
        told = [evaluate(space, g, first + i, fail) for i, g in enumerate(proposals)]
        strategy.tell(told)
        asked += proposals
    return asked


def trace(strategy: Strategy, space: Space, trials: int) -> list[str]:
    """The texts of the genotypes of a run with failures, in order."""
    return [space.text(g) for g in drive(strategy, space, trials, fail=True)]


def check_stays_in_the_space(make: Factory, space: Space, trials: int = 200) -> None:
    asked = drive(make(space, 1), space, trials)
    assert asked and all(space.contains(g) for g in asked)


def check_same_seed_same_trials(make: Factory, space: Space, trials: int = 200) -> None:
    random.seed(1)
    first = drive(make(space, 7), space, trials, fail=True)
    random.seed(2)  # global randomness has no say
    assert first == drive(make(space, 7), space, trials, fail=True)


def check_state_resumes_exactly(make: Factory, space: Space, trials: int = 150) -> None:
    for before in (0, 1, 13, trials):
        strategy, other = make(space, 3), make(space, 99)
        drive(strategy, space, before, fail=True)
        other.restore(json.loads(json.dumps(strategy.state())))
        rest = drive(strategy, space, trials, start=before, fail=True)
        assert rest == drive(other, space, trials, start=before, fail=True)
        assert json.dumps(strategy.state()) == json.dumps(other.state())


def check_state_between_ask_and_tell(make: Factory, space: Space, trials: int = 50) -> None:
    strategy, other = make(space, 3), make(space, 99)
    drive(strategy, space, 20)
    out = strategy.ask(4)
    other.restore(json.loads(json.dumps(strategy.state())))
    told = [evaluate(space, g, 20 + i) for i, g in enumerate(out)]
    strategy.tell(told)
    other.tell(told)
    assert drive(strategy, space, trials, start=24) == drive(other, space, trials, start=24)


def check_batches(make: Factory, space: Space, trials: int = 150) -> None:
    for batch in (1, 2, 7, 64):
        strategy = make(space, 5)
        first = strategy.ask(batch)
        assert 0 < len(first) <= batch
        strategy.tell([evaluate(space, g, i) for i, g in enumerate(first)])
        asked = drive(strategy, space, trials, start=batch, batch=batch)
        assert len(asked) == trials and all(space.contains(g) for g in asked)


def check_asks_without_tells(make: Factory, space: Space, trials: int = 150) -> None:
    strategy = make(space, 5)
    asked = [g for _ in range(trials) for g in strategy.ask(1)]
    assert len(asked) == trials
    strategy.tell([])
    order = list(enumerate(asked))
    random.Random(0).shuffle(order)
    strategy.tell([evaluate(space, g, i) for i, g in order])
    assert strategy.ask(3)


def check_only_failures(make: Factory, space: Space, trials: int = 150) -> None:
    strategy = make(space, 11)
    for number in range(trials):
        (genotype,) = strategy.ask(1)
        strategy.tell([Trial(number, genotype, LOST[number % 2])])


def check_unasked_trials(make: Factory, space: Space, trials: int = 50) -> None:
    """Trials from elsewhere (another study, a paper) may be told, duplicates too."""
    strategy = make(space, 13)
    foreign = [space.sample(random.Random(i)) for i in range(20)]
    told = [evaluate(space, g, i) for i, g in enumerate(foreign)]
    strategy.tell(told)
    strategy.tell(told)
    assert drive(strategy, space, trials, start=40)


def check_small_space(make: Factory, space: Space) -> None:
    """On a space of a few members the strategy ends or repeats itself, and never hangs."""
    members = set(space.enumerate())
    for batch in (1, 5):
        asked = drive(make(space, 17), space, 10 * len(members), batch=batch, fail=True)
        assert asked and set(asked) <= members


def check_bounded_state(make: Factory, space: Space, trials: int = 3000) -> None:
    """The state does not grow with the number of trials (unless duplicates are avoided)."""
    strategy = make(space, 19)
    sizes: list[int] = []
    for start in range(0, trials, trials // 3):
        drive(strategy, space, trials // 3, start=start)
        sizes.append(len(json.dumps(strategy.state())))
    assert sizes[2] < sizes[1] * 1.2 + 1000, sizes


CHECKS: Sequence[Callable[[Factory, Space, int], None]] = (
    check_stays_in_the_space,
    check_same_seed_same_trials,
    check_state_resumes_exactly,
    check_state_between_ask_and_tell,
    check_batches,
    check_asks_without_tells,
    check_only_failures,
    check_unasked_trials,
)
