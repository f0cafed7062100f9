space orders
let order = permutation of [relu, tanh, linear(8)]
network = vector(8) -> order[0] -> order[1] -> order[2] -> linear(2)
