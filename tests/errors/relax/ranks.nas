space ranks
network = image(3, 8, 8) -> (flatten | global_avg_pool -> linear(4) | conv(3))
