let n = case 3 { 3: 1, 4: 2, 3.0: 3 }

network = vector(4) -> linear(n)
