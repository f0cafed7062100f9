let a = b where b = 1, b = 2

network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
require a > 0
