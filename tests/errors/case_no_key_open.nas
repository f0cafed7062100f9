let op = any ["conv", "pool", "none"]
let n = case op { conv: 1, pool: 2 }

network = vector(4) -> linear(n)
