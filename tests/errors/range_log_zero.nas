let a = any 0.0..1.0 log

network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
require a > 0
