space broken

network = vector(4) -> linear(sum(permutation of 1..10000))
