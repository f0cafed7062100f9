"""Surrogates rank what they have not seen, and are the same for the same seed."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Literal

import pytest
import torch
from scipy.stats import kendalltau

from nasdsl.evaluators.tabular import read_table
from nasdsl.predictors import Predictor, Sentence
from nasdsl.predictors.ensemble import Ensemble, EnsembleConfig, _parts
from nasdsl.predictors.networks import Bag, Reader, seeded

DATA = Path(os.environ.get("NASDSL_DATA") or Path(__file__).parents[3] / "shared" / "data")
TABLE = DATA / "nb201" / "nb201.csv.gz"
Kind = Literal["mlp", "lstm"]
KINDS: tuple[Kind, ...] = ("mlp", "lstm")
SMALL = {"embedding": 16, "hidden": 16, "epochs": 40, "members": 3}


def words(choices: list[int]) -> Sentence:
    return tuple((f"cell/i[{i}]/op", choice) for i, choice in enumerate(choices))


def drawn(count: int, length: int, seed: int) -> list[Sentence]:
    rng = Random(seed)
    return [words([rng.randrange(4) for _ in range(length)]) for _ in range(count)]


def worth(sentence: Sentence) -> float:
    return float(sum(choice for _, choice in sentence))


@pytest.mark.parametrize("kind", KINDS)
def test_it_ranks_what_it_has_not_seen(kind: Kind) -> None:
    ensemble: Predictor = Ensemble(EnsembleConfig.model_validate({"kind": kind, **SMALL}))
    seen, unseen = drawn(120, 4, 0), drawn(100, 4, 1)
    ensemble.fit(seen, [10 + 5 * worth(s) for s in seen], 0)
    found = ensemble.predict(unseen)
    assert kendalltau(found.mean, [worth(s) for s in unseen])[0] > 0.8
    assert abs(fmean(found.mean) - (10 + 5 * 6)) < 5 and min(found.std) >= 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_known_of_short_sentences_serves_for_longer_ones(kind: Kind) -> None:
    """Section 3.3: the surrogate must handle variable-sized inputs, larger than those it has seen."""
    config = EnsembleConfig.model_validate({"kind": kind, **SMALL})
    ensemble = Ensemble(config)
    seen, longer = [s for n in (1, 2, 3) for s in drawn(60, n, n)], drawn(100, 4, 9)
    ensemble.fit(seen, [worth(s) / len(s) for s in seen], 0)
    found = ensemble.predict(longer).mean
    assert kendalltau(found, [worth(s) for s in longer])[0] > 0.5


def test_the_same_seed_gives_the_same_predictions() -> None:
    seen = drawn(40, 3, 0)
    values = [worth(s) for s in seen]
    found = []
    for seed, noise in ((1, 5), (1, 6), (2, 5)):
        torch.manual_seed(noise)  # the global generator has no say
        before = torch.get_rng_state()
        ensemble = Ensemble(EnsembleConfig.model_validate({**SMALL, "epochs": 3}))
        ensemble.fit(seen, values, seed)
        found.append(ensemble.predict(seen).mean)
        assert torch.equal(torch.get_rng_state(), before)
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize("values", [[3.0], [2.0, 2.0], [1.0, 2.0, 4.0]])
def test_few_or_equal_values_are_no_trouble(values: list[float]) -> None:
    ensemble = Ensemble(EnsembleConfig.model_validate({**SMALL, "epochs": 2}))
    seen = [(), *drawn(5, 2, 0)][: len(values)]
    ensemble.fit(seen, values, 0)
    found = ensemble.predict([*seen, ()])
    assert len(found.mean) == len(found.std) == len(values) + 1
    assert all(abs(m) < 1e6 for m in found.mean)


def test_each_member_sees_four_fifths() -> None:
    sees = _parts(100, 5, torch.Generator().manual_seed(0))
    assert sees.sum(0).tolist() == [80.0] * 5 and sees.sum(1).tolist() == [4.0] * 100
    assert _parts(3, 5, torch.Generator()).min() == 1  # too few to leave any out


@pytest.mark.parametrize("kind", [Bag, Reader])
def test_members_do_not_know_of_each_other(kind: type[Bag | Reader]) -> None:
    """The loss of one member has no gradient in what belongs to another."""
    from nasdsl.predictors.words import Vocabulary

    seen = drawn(10, 3, 0)
    vocabulary = Vocabulary(seen)
    network = seeded(lambda: kind(vocabulary.sizes, 2, 4, 4), torch.Generator().manual_seed(0))
    network(vocabulary.batch(seen))[:, 0].sum().backward()
    for name, weight in network.named_parameters():
        slope = weight.grad
        assert slope is not None
        slope = slope.view(2, -1) if name.endswith("bias") else slope
        if "words" in name:
            slope = slope.view(-1, 2, 4).transpose(0, 1)
        assert slope[0].any() and not slope[1].any(), name


@pytest.mark.parametrize("kind", KINDS)
def test_padding_does_not_count(kind: Kind) -> None:
    seen = [s for n in (1, 2, 3) for s in drawn(10, n, n)]
    ensemble = Ensemble(EnsembleConfig.model_validate({"kind": kind, **SMALL, "epochs": 1}))
    ensemble.fit(seen, [worth(s) for s in seen], 0)
    together = ensemble.predict(seen).mean
    alone = [ensemble.predict([s]).mean[0] for s in seen]
    assert together == pytest.approx(alone, abs=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not TABLE.is_file(), reason="needs NASDSL_DATA")
@pytest.mark.parametrize(("count", "least"), [(100, 0.4), (500, 0.6)])
def test_ranks_on_nasbench201(count: int, least: float) -> None:
    """Validation accuracy after 12 epochs of cells not seen: 0.50 and 0.66 of Kendall's τ."""
    header, rows = read_table(TABLE)
    code, value = header.index("code"), header.index("c10_val_12")
    order = list(range(len(rows)))
    Random(0).shuffle(order)
    sentences = [words([int(c) for c in rows[i][code]]) for i in order]
    values = [float(rows[i][value]) for i in order]
    ensemble = Ensemble(EnsembleConfig(embedding=32, hidden=64))
    ensemble.fit(sentences[:count], values[:count], 0)
    rest = slice(count, count + 3000)
    assert kendalltau(ensemble.predict(sentences[rest]).mean, values[rest])[0] > least
