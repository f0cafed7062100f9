let n = any 1..2
let k = any 1..3
network = vector(4) -> linear(sum(pick n + k - 1 of [1, 2, 3]))
