space broken

let n = any 1..3
let m = any [i * j for i in 1..2 for j in 1..n]
network = vector(4) -> linear(m)
