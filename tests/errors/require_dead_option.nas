space broken

let a = any [4, 8, 16]
network = vector(4) -> linear(a)
require a < 10
