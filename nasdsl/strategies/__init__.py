"""Strategies: ask for genotypes, tell of trials. Each is one module, imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean
from nasdsl.record import Record, record
from nasdsl.spans import Span

from .base import State, Strategy, Trial, Values

if TYPE_CHECKING:
    from nasdsl.space import Space

__all__ = [
    "GROUP", "PYTHON", "STRATEGIES", "Entry", "State", "Strategy", "Trial", "Values",
    "entries", "entry", "make_strategy", "strategy_class",
]  # fmt: skip

GROUP = "nasdsl.strategies"
"""The entry points by which other distributions add strategies: name = "module:Class"."""
PYTHON = "python"
"""The name in a study's settings of a class that the user named on the command line."""


@record
class Entry(Record):
    """Where a strategy is, and what can be said of it without importing it.

    target: "module:Class". family: the kind of method. paper: its source. use: when to take it, in
    a sentence. needs: what its space must be and cautions: what it is warned of, names of
    nasdsl.strategies.needs. extra: the optional dependencies it imports.
    """

    target: str
    family: str
    paper: str
    use: str
    needs: tuple[str, ...] = ()
    extra: str = ""
    cautions: tuple[str, ...] = ()


#: By the name in a .nas file.
STRATEGIES: Mapping[str, Entry] = {
    "random": Entry(
        "nasdsl.strategies.random_search:RandomSearch",
        "baselines and local search",
        "Li, Talwalkar; UAI 2019",
        "the baseline that everything else has to beat",
    ),
    "exhaustive": Entry(
        "nasdsl.strategies.exhaustive:Exhaustive",
        "baselines and local search",
        "every genotype once, in order",
        "small spaces and cheap evaluators; `shard` splits a space among machines",
        needs=("finite",),
        cautions=("ends",),
    ),
    "local_search": Entry(
        "nasdsl.strategies.local_search:LocalSearch",
        "baselines and local search",
        "White, Nolen, Savani; UAI 2021",
        "little noise in the objective, and spaces of which one decision changes little",
        cautions=("neighbours",),
    ),
    "nash": Entry(
        "nasdsl.strategies.nash:Nash",
        "baselines and local search",
        "Elsken, Metzen, Hutter; ICLR workshop 2018",
        "tens of trials, spaces in which networks grow from a small one",
    ),
    "regularized_evolution": Entry(
        "nasdsl.strategies.regularized_evolution:RegularizedEvolution",
        "evolution",
        "Real, Aggarwal, Huang, Le; AAAI 2019",
        "the default: a hundred trials or more, any space, noisy objectives",
    ),
    "large_scale_evolution": Entry(
        "nasdsl.strategies.large_scale_evolution:LargeScaleEvolution",
        "evolution",
        "Real, Moore, Selle, Saxena, Suematsu, Tan, Le, Kurakin; ICML 2017",
        "thousands of trials on many workers, spaces in which networks grow",
    ),
    "hierarchical_evolution": Entry(
        "nasdsl.strategies.hierarchical_evolution:HierarchicalEvolution",
        "evolution",
        "Liu, Simonyan, Vinyals, Fernando, Kavukcuoglu; ICLR 2018",
        "motifs of motifs, many workers, objectives with little noise: nobody is ever removed",
    ),
    "genetic_cnn": Entry(
        "nasdsl.strategies.genetic_cnn:GeneticCNN",
        "evolution",
        "Xie, Yuille; ICCV 2017",
        "networks of stages that are coded in bits, in generations",
    ),
    "miller": Entry(
        "nasdsl.strategies.miller:Miller",
        "evolution",
        "Miller, Todd, Hegde; ICGA 1989",
        "who feeds whom, as rows of a matrix; the classical genetic algorithm",
    ),
    "codeepneat": Entry(
        "nasdsl.strategies.codeepneat:CoDeepNEAT",
        "evolution",
        "Miikkulainen, Liang, Meyerson, Rawal, Fink, Francon, Raju, Shahrzad, Navruzyan, Duffy, "
        "Hodjat; 2017",
        "networks of repeated parts, whose parts are worth much the same wherever they stand",
    ),
    "nsga2": Entry(
        "nasdsl.strategies.nsga2:Nsga2",
        "several objectives",
        "NSGA-Net; Lu et al.; GECCO 2019",
        "two to four objectives, a few hundred trials or more: a whole front of trade-offs",
        extra="multi",
    ),
    "lemonade": Entry(
        "nasdsl.strategies.lemonade:Lemonade",
        "several objectives",
        "Elsken, Metzen, Hutter; ICLR 2019",
        "an expensive objective against costs that formulae give: a front from little evaluation",
        extra="multi",
    ),
    "dpp_net": Entry(
        "nasdsl.strategies.dpp_net:DppNet",
        "several objectives",
        "DPP-Net; Dong, Cheng, Juan, Wei, Sun; ECCV 2018",
        "as pnas, for a front of a learnt objective and costs that formulae give",
        extra="multi",
        cautions=("intervals", "narrow"),
    ),
    "q_learning": Entry(
        "nasdsl.strategies.q_learning:QLearning",
        "Q-learning and trees",
        "Baker, Gupta, Naik, Raskar; ICLR 2017 (MetaQNN)",
        "decisions in a sequence, a few of which tell what is good next; a hundred trials and more",
        cautions=("intervals", "narrow"),
    ),
    "block_qnn": Entry(
        "nasdsl.strategies.block_qnn:BlockQNN",
        "Q-learning and trees",
        "Zhong, Yan, Wu, Shao, Liu; CVPR 2018",
        "blocks of many decisions, short trainings that favour small networks; batches of trials",
        cautions=("intervals", "narrow"),
    ),
    "mcts": Entry(
        "nasdsl.strategies.mcts:MCTS",
        "Q-learning and trees",
        "Kocsis, Szepesvári; ECML 2006; AlphaX: Wang et al.; AAAI 2020",
        "choices in an order of importance: the first ones are compared, the last ones simulated",
        cautions=("intervals", "narrow"),
    ),
    "mdenas": Entry(
        "nasdsl.strategies.mdenas:Mdenas",
        "Q-learning and trees",
        "Zheng, Ji, Tang, Zhang, Liu, Tian; ICCV 2019",
        "choices that matter each for itself, such as the operators of edges; hundreds of trials",
        cautions=("intervals", "narrow"),
    ),
    "reinforce": Entry(
        "nasdsl.strategies.reinforce:Reinforce",
        "policy gradients",
        "Zoph, Le; ICLR 2017",
        "thousands of cheap trials, spaces whose decisions depend on each other",
    ),
    "ppo": Entry(
        "nasdsl.strategies.ppo:Ppo",
        "policy gradients",
        "Zoph, Vasudevan, Shlens, Le; CVPR 2018",
        "as reinforce, but steadier: it learns more from each batch of trials",
    ),
    "renas": Entry(
        "nasdsl.strategies.renas:Renas",
        "policy gradients",
        "Chen, Meng, Zhang, Xiang, Huang, Mu, Wang; CVPR 2019",
        "hundreds of trials and more: evolution that learns which changes help",
        cautions=("intervals",),
    ),
    "bo": Entry(
        "nasdsl.strategies.bayesian:BayesianOptimisation",
        "Bayesian optimisation",
        "Gaussian processes; log EI of Ament et al., NeurIPS 2023",
        "tens to a few hundred costly trials: the most from each of them",
        extra="bo",
    ),
    "nasbot": Entry(
        "nasdsl.strategies.nasbot:Nasbot",
        "Bayesian optimisation",
        "Kandasamy, Neiswanger, Schneider, Poczos, Xing; NeurIPS 2018",
        "few, costly trials of networks whose graphs differ",
        extra="bo",
    ),
    "auto_keras": Entry(
        "nasdsl.strategies.auto_keras:AutoKeras",
        "Bayesian optimisation",
        "Jin, Song, Hu; KDD 2019",
        "costly trials of networks that differ by layers and skip connections",
        extra="bo",
    ),
    "bananas": Entry(
        "nasdsl.strategies.bananas:Bananas",
        "Bayesian optimisation",
        "White, Neiswanger, Savani; AAAI 2021",
        "a hundred trials or more in batches, cells that are graphs of operators",
    ),
    "pnas": Entry(
        "nasdsl.strategies.pnas:Pnas",
        "learnt and progressive",
        "Liu et al.; ECCV 2018",
        "spaces that grow, block by block: small architectures teach a surrogate about large ones",
        cautions=("intervals", "narrow"),
    ),
    "nao": Entry(
        "nasdsl.strategies.nao:Nao",
        "learnt and progressive",
        "NAO; Luo, Tian, Qin, Chen, Liu; NeurIPS 2018",
        "a thousand trials or more, decisions that a continuous embedding can order",
        cautions=("intervals", "narrow"),
    ),
    "rcas": Entry(
        "nasdsl.strategies.rcas:Rcas",
        "budgets",
        "Xiong, Mehta, Singh; ICCV 2019",
        "a `require` to be used well: what each block adds for what it costs",
        cautions=("neighbours",),
    ),
    "pop": Entry(
        "nasdsl.strategies.pop:Pop",
        "budgets",
        "Li, Zhou, Pan, Feng; CVPR 2019",
        "widths and depths against a cost: larger networks are slower and better",
        cautions=("order",),
    ),
    "darts": Entry(
        "nasdsl.oneshot.darts:Darts",
        "supernet",
        "Liu, Simonyan, Yang; ICLR 2019",
        "an answer in one training: gradients of choices, with all their options in memory",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "gdas": Entry(
        "nasdsl.oneshot.gdas:Gdas",
        "supernet",
        "Dong, Yang; CVPR 2019",
        "as darts, with one option of each choice in memory: steps are cheap, many are needed",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "snas": Entry(
        "nasdsl.oneshot.snas:Snas",
        "supernet",
        "Xie, Zheng, Liu, Lin; ICLR 2019",
        "as darts on one level, without samples held out; a cost in the loss",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "setn": Entry(
        "nasdsl.oneshot.setn:Setn",
        "supernet",
        "Dong, Yang; ICCV 2019",
        "as darts, with weights that no option was favoured in: less collapse",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "pc_darts": Entry(
        "nasdsl.oneshot.pc_darts:PcDarts",
        "supernet",
        "Xu, Xie, Zhang, Chen, Qi, Tian, Xiong; ICLR 2020",
        "as darts with a fraction of its memory: large batches, steady logits",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "data": Entry(
        "nasdsl.oneshot.data_nas:Data",
        "supernet",
        "Chang, Zhang, Guo, Meng, Xiang, Pan; NeurIPS 2019",
        "as gdas, for choices that may keep several of their options",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "p_darts": Entry(
        "nasdsl.oneshot.p_darts:PDarts",
        "supernet",
        "Chen, Xie, Wu, Tian; ICCV 2019",
        "cells of deep networks: stages with deeper supernets and fewer options, few skips",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "xnas": Entry(
        "nasdsl.oneshot.xnas:Xnas",
        "supernet",
        "Nayman, Noy, Ridnik, Friedman, Jin, Zelnik-Manor; NeurIPS 2019",
        "as darts, dropping options as soon as they cannot win any more",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "robust_darts": Entry(
        "nasdsl.oneshot.robust_darts:RobustDarts",
        "supernet",
        "Zela, Elsken, Saikia, Marrakchi, Brox, Hutter; ICLR 2020",
        "darts that ends before it collapses to skip connections",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "proxylessnas": Entry(
        "nasdsl.oneshot.proxylessnas:ProxylessNas",
        "supernet",
        "Cai, Zhu, Han; ICLR 2019",
        "large networks on the task itself, with a cost in the loss: two paths in memory",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "fbnet": Entry(
        "nasdsl.oneshot.fbnet:Fbnet",
        "supernet",
        "Wu, Dai, Zhang, Wang, Sun, Wu, Tian, Vajda, Jia, Keutzer; CVPR 2019",
        "chains of blocks for a device: a latency by a table, or MACs, in the loss",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "random_sharing": Entry(
        "nasdsl.oneshot.random_sharing:RandomSharing",
        "supernet",
        "Li, Talwalkar; UAI 2019",
        "the baseline of methods that share weights",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "spos": Entry(
        "nasdsl.oneshot.spos:Spos",
        "supernet",
        "Guo, Zhang, Mu, Heng, Liu, Wei, Sun; ECCV 2020",
        "chains of choices, cost limits: evolution among architectures that need no training",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "one_shot": Entry(
        "nasdsl.oneshot.one_shot:OneShotPaths",
        "supernet",
        "Bender, Kindermans, Zoph, Vasudevan, Le; ICML 2018",
        "cells that sum subsets of their options; a supernet that survives losing them",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "fairnas": Entry(
        "nasdsl.oneshot.fairnas:Fairnas",
        "supernet",
        "Chu, Zhang, Xu; ICCV 2021",
        "as spos, where the ranking by inherited weights matters: all options trained alike",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "enas": Entry(
        "nasdsl.oneshot.enas:Enas",
        "supernet",
        "Pham, Guan, Zoph, Le, Dean; ICML 2018",
        "choices that depend on each other: a controller learns on shared weights",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "mdenas_shared": Entry(
        "nasdsl.oneshot.mdenas_shared:MdenasShared",
        "supernet",
        "Zheng, Ji, Tang, Zhang, Liu, Tian; ICCV 2019",
        "a quick answer where choices matter each for itself",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "ofa": Entry(
        "nasdsl.oneshot.ofa:Ofa",
        "supernet",
        "Cai, Gan, Wang, Zhang, Han; ICLR 2020",
        "kernels, depths, widths and input sizes: one training for many cost limits",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "dna": Entry(
        "nasdsl.oneshot.dna:Dna",
        "supernet",
        "Li, Peng, Yuan, Wang, Liang, Lin, Chang; CVPR 2020",
        "blocks one after the other: each is searched by itself, taught by a large network",
        needs=("choices", "relaxes", "blocks"),
        extra="supernet",
    ),
    "nsas": Entry(
        "nasdsl.oneshot.nsas:Nsas",
        "supernet",
        "Zhang, Li, Pan, Chang, Su; CVPR 2020",
        "as random_sharing, where paths share so much that one spoils the next",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "robnets": Entry(
        "nasdsl.oneshot.robnets:Robnets",
        "supernet",
        "Guo, Yang, Xu, Liu, Lin; CVPR 2020",
        "networks that withstand attacks: the supernet learns from adversarial samples",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "i_darts": Entry(
        "nasdsl.oneshot.i_darts:IDarts",
        "supernet",
        "Jiang, Hu, Xiao, Zhang, Zhu; EMNLP 2019",
        "as darts, where the edges into a node compete, such as in recurrent cells",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "dnw": Entry(
        "nasdsl.oneshot.dnw:Dnw",
        "supernet",
        "Wortsman, Farhadi, Rastegari; NeurIPS 2019",
        "connections of which a number is kept, learnt with the weights on one level",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "maskconnect": Entry(
        "nasdsl.oneshot.maskconnect:MaskConnect",
        "supernet",
        "Ahmed, Torresani; ECCV 2018",
        "modules that read a fixed number of others: masks drawn at each step",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "tas": Entry(
        "nasdsl.oneshot.tas:Tas",
        "supernet",
        "Dong, Yang; NeurIPS 2019",
        "widths and depths for a share of the cost of a large network, which then teaches",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "atomnas": Entry(
        "nasdsl.oneshot.atomnas:AtomNas",
        "supernet",
        "Mei, Li, Lian, Jin, Yang, Yuille, Yang; ICLR 2020",
        "widths and options with batch norms: the search is one training that prunes channels",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "densenas": Entry(
        "nasdsl.oneshot.densenas:DenseNas",
        "supernet",
        "Fang, Sun, Zhang, Li, Liu, Wang; CVPR 2020",
        "blocks of many widths, each reading one of several before it; a cost in the loss",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "smash": Entry(
        "nasdsl.oneshot.smash:Smash",
        "supernet",
        "Brock, Lim, Ritchie, Weston; ICLR 2018",
        "weights generated from the encoding: few numbers are stored, however large the supernet",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
    "ghn": Entry(
        "nasdsl.oneshot.ghn:Ghn",
        "supernet",
        "Zhang, Ren, Urtasun; ICLR 2019",
        "weights generated from the graph: cells, connections and operators",
        needs=("choices", "relaxes"),
        extra="supernet",
    ),
}


def entries() -> Mapping[str, Entry]:
    """Every strategy that is installed, those of other distributions behind ours."""
    return {**STRATEGIES, **extensions()}


@cache
def extensions() -> Mapping[str, Entry]:
    """The strategies of the entry points `nasdsl.strategies`, none of them imported.

    NAS325 for a name that is taken.
    """
    from importlib.metadata import entry_points

    found: dict[str, Entry] = {}
    for point in entry_points(group=GROUP):
        if point.name in STRATEGIES or point.name in found or point.name == PYTHON:
            message = f"the strategy `{point.name}` of an entry point of {GROUP} already exists"
            help = "uninstall one of the packages, or rename its strategy"
            raise NasError(Diagnostic("NAS325", message, help=help))
        package = point.dist.name if point.dist else point.module
        found[point.name] = Entry(
            point.value, "of other packages", f"from {package}", "what that package says of it"
        )
    return found


def entry(name: str, span: Span | None = None) -> Entry:
    """What is known of a strategy; NAS321 if there is none of this name."""
    found = STRATEGIES.get(name) or extensions().get(name)
    if found is None:
        known = list(entries())
        help = did_you_mean(name, known) or f"there are {', '.join(known)}"
        raise NasError(Diagnostic("NAS321", f"there is no strategy `{name}`", span, help=help))
    return found


def strategy_class(name: str, span: Span | None = None) -> Any:
    """The class of a strategy, with its configuration model as `Config`; NAS321 if unknown."""
    if name == PYTHON:
        from .own import Own

        return Own
    if name in STRATEGIES:
        module, _, attribute = STRATEGIES[name].target.partition(":")
        return getattr(import_module(module), attribute)
    from .own import import_strategy

    return import_strategy(entry(name, span).target)


def make_strategy(name: str, space: Space, config: Mapping[str, object], seed: int) -> Strategy:
    """A strategy by name, its options validated; options left out have their defaults.

    NAS320 if it cannot search this space.
    """
    from nasdsl.configure import configure

    from .needs import demand

    kind = strategy_class(name)
    if name != PYTHON:
        demand(space, name)
    options = configure(kind.Config, config, what=f"strategy `{name}`")
    strategy: Strategy = kind(space, options, seed)
    return strategy
