space broken

network = image(3, 8, 8) -> repeat any 1..4 { max_pool(2, 2) } -> flatten -> linear(10)
