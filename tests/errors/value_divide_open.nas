space broken

let a = any 0..3
network = vector(4) -> linear(8 / a)
