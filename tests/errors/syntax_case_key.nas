let n = case 3 {
  1: 2
  -3: 5
}

network = vector(4) -> linear(n)
