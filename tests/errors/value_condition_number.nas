space broken

let a = any [0, 1]
network = vector(4) -> (relu if a else tanh)
