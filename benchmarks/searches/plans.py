"""The configuration in which each strategy is run, by the label of its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ONE = "nasbench201", "nasbench_macro"
QUERIES = (*ONE, "nasbench201_queries")
FRONTS = "nasbench201_front", "nasbench_macro_front"
ALL = (*ONE, *FRONTS)


@dataclass(frozen=True, slots=True)
class Plan:
    """family: the plot that it is in. runs: how many, unless it is said. configs: options by
    problem where they differ from `config`. why: what the options are, if not the defaults.
    problems: those that it is run on. below: why it is not above random search on some of them."""

    strategy: str
    family: str
    config: Mapping[str, object] = field(default_factory=dict)
    configs: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    runs: int = 100
    problems: tuple[str, ...] = ONE
    why: str = ""
    below: str = ""

    def options(self, problem: str) -> dict[str, object]:
        return {**self.config, **self.configs.get(problem, {})}


ROULETTE = (
    "its roulette counts from the worst of a generation: where one of ten networks has learnt nothing "
    "(10 % among 60 to 84, one cell in forty-five of NAS-Bench-201), the others are drawn much alike, and "
    "no member outlives its generation"
)
NODES: Mapping[str, object] = {
    "level": "i", "beam": 20, "embedding": 16, "hidden": 32, "epochs": 40,
}  # fmt: skip
PROGRESS = "these spaces do not grow: the decisions in parts, or those of a cell node by node"

PLANS: Mapping[str, Plan] = {
    "random": Plan("random", "baselines", runs=2000, problems=(*QUERIES, *FRONTS)),
    "exhaustive": Plan(
        "exhaustive", "baselines", runs=20, why="the first members in order: no run differs",
        below="the first members of an order are alike, and nothing is learnt",
    ),
    "local_search": Plan("local_search", "baselines", runs=500, problems=QUERIES),
    "local_search, best": Plan(
        "local_search", "baselines", {"improvement": "best"}, runs=500,
        why="moves to the best neighbour",
    ),
    "regularized_evolution": Plan(
        "regularized_evolution", "evolution", {"population": 10, "sample": 3}, runs=2000,
        problems=QUERIES, why="as the authors of NAS-Bench-201 ran it",
    ),
    "regularized_evolution, defaults": Plan(
        "regularized_evolution", "evolution", runs=500,
        why="P = 100, S = 25 of the paper, for thousands of trials",
    ),
    "reinforce": Plan(
        "reinforce", "reinforcement learning",
        {"policy": "independent", "batch": 1, "power": 1, "decay": 0.9, "lr": 0.01}, runs=500,
        why="the policy of NAS-Bench-201's authors, with the rate in NATS-Bench's scripts",
    ),
    "reinforce, LSTM": Plan(
        "reinforce", "reinforcement learning", {"batch": 1, "lr": 0.01},
        why="NAS-RL's controller, for few trials",
    ),
    "ppo": Plan(
        "ppo", "reinforcement learning", {"batch": 5, "lr": 0.003}, why="NASNet's, for few trials"
    ),
    "renas": Plan("renas", "reinforcement learning"),
    "large_scale_evolution": Plan(
        "large_scale_evolution", "evolution", {"population": 10}, runs=200,
    ),
    "genetic_cnn": Plan(
        "genetic_cnn", "genetic algorithms",
        {"population": 10, "generations": 0, "flip": 0.15}, runs=500, problems=QUERIES,
        why="about one decision flips in a genotype, as one of the paper's 19 bits does",
        below=ROULETTE,
    ),
    "miller": Plan(
        "miller", "genetic algorithms", {"population": 10, "mutation": 0.05}, runs=200,
        why="the paper's rate of 0.005 flips a decision in 30 genotypes here", below=ROULETTE,
    ),
    "hierarchical_evolution": Plan(
        "hierarchical_evolution", "evolution",
        {"population": 10, "diversify": 100, "sample": 0.3}, runs=200,
    ),
    "nash": Plan(
        "nash", "networks that grow", {"morphisms": 1, "grow": False, "start": "random"}, runs=200,
        why="single changes from a random cell, as these spaces do not grow",
    ),
    "rcas": Plan("rcas", "networks that grow"),
    "pop": Plan(
        "pop", "several objectives", configs={
            "nasbench201_front": {"cost": "params"}, "nasbench_macro_front": {"cost": "macs"},
        }, problems=FRONTS,
        below="no decision of NAS-Bench-201 is a size, so nothing can be pruned: it draws at random",
    ),
    "q_learning": Plan(
        "q_learning", "reinforcement learning", {"epsilon": "short", "alpha": 0.5, "replay": 20},
        runs=300, why="a schedule of 100 models; the paper's has 2,700, and a slower rate",
    ),
    "bo": Plan("bo", "models", runs=50, problems=QUERIES),
    "nsga2": Plan(
        "nsga2", "several objectives", {"population": 20, "offspring": 20}, problems=ALL
    ),
    "lemonade": Plan("lemonade", "several objectives", problems=ALL, runs=30),
    "block_qnn": Plan(
        "block_qnn", "reinforcement learning",
        {"epsilon": "short", "batch": 1, "alpha": 0.5, "replay": 20, "mu": 0, "rho": 0}, runs=300,
        why="a schedule of 100 blocks; trainings of full length need no correction",
    ),
    "codeepneat": Plan(
        "codeepneat", "genetic algorithms", runs=200,
        below="its first generation, of 100 networks, is all that the budget allows, and its "
        "networks share the modules that were drawn once",
    ),
    "bananas": Plan("bananas", "models", runs=30, problems=QUERIES),
    "nasbot": Plan(
        "nasbot", "models", runs=8, problems=QUERIES, why="distances of whole networks",
    ),
    "auto_keras": Plan(
        "auto_keras", "models", runs=8, problems=QUERIES, why="distances of whole networks",
    ),
    "pnas": Plan(
        "pnas", "models", configs={
            "nasbench201": {"parts": 3, "beam": 40}, "nasbench_macro": {"parts": 4, "beam": 60},
            "nasbench201_queries": NODES,
        }, runs=30, problems=QUERIES, why=PROGRESS,
    ),
    "dpp_net": Plan(
        "dpp_net", "several objectives", configs={
            "nasbench201": {"parts": 3, "beam": 40}, "nasbench_macro": {"parts": 4, "beam": 60},
            "nasbench201_front": {"parts": 3, "beam": 60},
            "nasbench_macro_front": {"parts": 2, "beam": 60},
        }, runs=20, problems=ALL, why=PROGRESS,
        below="five runs are too few to tell",
    ),
    "mdenas": Plan("mdenas", "reinforcement learning"),
    "mcts": Plan("mcts", "models"),
    "nao": Plan(
        "nao", "models",
        {"initial": 40, "top": 10, "new": 10, "steps": 15, "embedding": 32, "hidden": 64,
         "epochs": 60, "rate": 0.005, "target": "rank", "order": "prediction"},
        configs={"nasbench_macro": {"initial": 50, "new": 30}}, runs=20, problems=QUERIES,
        why="sizes for a hundred trials; the paper's are for a thousand",
    ),
}  # fmt: skip
