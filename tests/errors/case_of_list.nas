let n = case [1, 2] { 1: 2, 2: 1 }

network = vector(4) -> linear(n)
