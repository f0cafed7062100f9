let n = case 3 { a 4, b: 5 }

network = vector(4) -> linear(n)
