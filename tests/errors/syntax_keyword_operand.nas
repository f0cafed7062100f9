let a = 3 + step
let b = [in]

network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
