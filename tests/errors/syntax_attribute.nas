let a = conv.kernel

network = image(3, 32, 32) -> conv(a, 8) -> global_avg_pool -> linear(10)
