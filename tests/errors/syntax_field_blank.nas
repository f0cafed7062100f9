let n = [1]. length
let 3.x = 4

network = vector(4) -> linear(n)
