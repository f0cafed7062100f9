let a = b + 1
let b = c
param c = a

network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
