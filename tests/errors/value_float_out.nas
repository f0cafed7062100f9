space broken

network = vector(4) -> linear(any [2, 2.5])
