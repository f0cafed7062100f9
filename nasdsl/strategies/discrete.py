"""The strategies that propose genotypes and learn from what these are worth."""

from __future__ import annotations

from collections.abc import Mapping

from .known import Entry

#: By the name in a .nas file.
DISCRETE: Mapping[str, Entry] = {
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
}
