space broken

network = vector(4) -> graph (x) { out x, x } -> linear(4)
