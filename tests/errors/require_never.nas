space broken

let a = any 1..3
network = vector(4) -> linear(a)
require a > 3
