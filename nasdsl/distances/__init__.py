"""How far apart two genotypes or architectures are, for models that reason by similarity.

`hamming` compares decisions, `paths` sets of operator paths, `edit` counts the changes that turn one
network into another, `otmann` moves the computation of one onto the other. `bourgain` turns any of
them into points of a Euclidean space.
"""
