"""Strategies: ask for genotypes, tell of trials. Each is one module, imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.record import Record, record
from nasdsl.spans import Span

from .base import State, Strategy, Trial, Values

if TYPE_CHECKING:
    from nasdsl.space import Space

__all__ = ["STRATEGIES", "State", "Strategy", "Trial", "Values", "make_strategy", "strategy_class"]


@record
class Entry(Record):
    """Where a strategy is, and what can be said of it without importing it.

    target: "module:Class". paper: its source. use: when to take it, in a sentence. needs: what its
    space must be, names of nasdsl.strategies.needs. extra: the optional dependencies it imports.
    """

    target: str
    paper: str
    use: str
    needs: tuple[str, ...] = ()
    extra: str = ""


#: By the name in a .nas file.
STRATEGIES: Mapping[str, Entry] = {
    "random": Entry(
        "nasdsl.strategies.random_search:RandomSearch",
        "Li, Talwalkar; UAI 2019",
        "the baseline that everything else has to beat",
    ),
    "codeepneat": Entry(
        "nasdsl.strategies.codeepneat:CoDeepNEAT",
        "Miikkulainen, Liang, Meyerson, Rawal, Fink, Francon, Raju, Shahrzad, Navruzyan, Duffy, "
        "Hodjat; 2017",
        "networks of repeated parts, whose parts are worth much the same wherever they stand",
    ),
    "exhaustive": Entry(
        "nasdsl.strategies.exhaustive:Exhaustive",
        "every genotype once, in order",
        "small spaces and cheap evaluators; `shard` splits a space among machines",
        needs=("finite",),
    ),
    "genetic_cnn": Entry(
        "nasdsl.strategies.genetic_cnn:GeneticCNN",
        "Xie, Yuille; ICCV 2017",
        "networks of stages that are coded in bits, in generations",
    ),
    "hierarchical_evolution": Entry(
        "nasdsl.strategies.hierarchical_evolution:HierarchicalEvolution",
        "Liu, Simonyan, Vinyals, Fernando, Kavukcuoglu; ICLR 2018",
        "motifs of motifs, many workers, objectives with little noise: nobody is ever removed",
    ),
    "large_scale_evolution": Entry(
        "nasdsl.strategies.large_scale_evolution:LargeScaleEvolution",
        "Real, Moore, Selle, Saxena, Suematsu, Tan, Le, Kurakin; ICML 2017",
        "thousands of trials on many workers, spaces in which networks grow",
    ),
    "local_search": Entry(
        "nasdsl.strategies.local_search:LocalSearch",
        "White, Nolen, Savani; UAI 2021",
        "little noise in the objective, and spaces of which one decision changes little",
    ),
    "miller": Entry(
        "nasdsl.strategies.miller:Miller",
        "Miller, Todd, Hegde; ICGA 1989",
        "who feeds whom, as rows of a matrix; the classical genetic algorithm",
    ),
    "q_learning": Entry(
        "nasdsl.strategies.q_learning:QLearning",
        "Baker, Gupta, Naik, Raskar; ICLR 2017 (MetaQNN)",
        "decisions in a sequence, a few of which tell what is good next; a hundred trials and more",
    ),
    "regularized_evolution": Entry(
        "nasdsl.strategies.regularized_evolution:RegularizedEvolution",
        "Real, Aggarwal, Huang, Le; AAAI 2019",
        "the default: a hundred trials or more, any space, noisy objectives",
    ),
    "lemonade": Entry(
        "nasdsl.strategies.lemonade:Lemonade",
        "Elsken, Metzen, Hutter; ICLR 2019",
        "an expensive objective against costs that formulae give: a front from little evaluation",
        extra="multi",
    ),
    "nsga2": Entry(
        "nasdsl.strategies.nsga2:Nsga2",
        "NSGA-Net; Lu et al.; GECCO 2019",
        "two to four objectives, a few hundred trials or more: a whole front of trade-offs",
        extra="multi",
    ),
    "reinforce": Entry(
        "nasdsl.strategies.reinforce:Reinforce",
        "Zoph, Le; ICLR 2017",
        "thousands of cheap trials, spaces whose decisions depend on each other",
    ),
    "ppo": Entry(
        "nasdsl.strategies.ppo:Ppo",
        "Zoph, Vasudevan, Shlens, Le; CVPR 2018",
        "as reinforce, but steadier: it learns more from each batch of trials",
    ),
    "bo": Entry(
        "nasdsl.strategies.bayesian:BayesianOptimisation",
        "Gaussian processes; log EI of Ament et al., NeurIPS 2023",
        "tens to a few hundred costly trials: the most from each of them",
        extra="bo",
    ),
    "block_qnn": Entry(
        "nasdsl.strategies.block_qnn:BlockQNN",
        "Zhong, Yan, Wu, Shao, Liu; CVPR 2018",
        "blocks of many decisions, short trainings that favour small networks; batches of trials",
    ),
}


def strategy_class(name: str, span: Span | None = None) -> Any:
    """The class of a strategy, with its configuration model as `Config`; NAS321 if unknown."""
    if name not in STRATEGIES:
        help = did_you_mean(name, list(STRATEGIES)) or f"there are {', '.join(STRATEGIES)}"
        raise NasError(Diagnostic("NAS321", f"there is no strategy `{name}`", span, help=help))
    module, _, attribute = STRATEGIES[name].target.partition(":")
    return getattr(import_module(module), attribute)


def make_strategy(name: str, space: Space, config: Mapping[str, object], seed: int) -> Strategy:
    """A strategy by name, its options validated; options left out have their defaults."""
    from nasdsl.configure import configure

    kind = strategy_class(name)
    options = configure(kind.Config, config, what=f"strategy `{name}`")
    strategy: Strategy = kind(space, options, seed)
    return strategy
