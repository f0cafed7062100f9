let xs = [1, 2]

network = vector(4) -> linear(xs.first)
