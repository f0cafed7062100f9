let n = case 3 { else: 1, 3: 2, else: 4 }

network = vector(4) -> linear(n)
