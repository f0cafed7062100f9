let n = case 3 { a => 4, _ => 5 }

network = vector(4) -> linear(n)
