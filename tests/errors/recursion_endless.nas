space broken

motif f(n) = f(n + 1)
network = vector(4) -> f(1)
