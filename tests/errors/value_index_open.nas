space broken

let xs = [4, 8]
let i = any 0..2
network = vector(4) -> linear(xs[i])
