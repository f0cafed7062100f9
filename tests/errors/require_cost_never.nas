space broken

let c = any [100, 200]
network = vector(4) -> linear(c) -> linear(c)
require params < 1K
