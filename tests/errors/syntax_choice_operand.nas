let c = 8
let wide = c * any [1, 2]
let list = [0] + some of [1, 2]
network = vector(4) -> linear(wide)
