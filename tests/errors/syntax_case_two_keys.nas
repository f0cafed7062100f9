let n = case 3 { a | b: 5 }

network = vector(4) -> linear(n)
