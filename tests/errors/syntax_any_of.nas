let a = any of [1, 2, 3]

network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
