let n = case 3 { }

network = vector(4) -> linear(n)
