space broken

network = vector(4) -> linear(1G * 1G * 1G)
