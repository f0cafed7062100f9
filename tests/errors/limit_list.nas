space broken

network = vector(4) -> linear(sum(0..1000000000))
