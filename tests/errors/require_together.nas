space broken

let a = any 1..3
let b = any 1..3
network = vector(4) -> linear(a + b)
require a + b > 5
require a < 3
