space broken

let n = any 1..3
network = vector(4) -> linear(sum(pick n of [4, 8]))
