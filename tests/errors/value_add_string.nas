space broken

let a = any [1, 2]
network = vector(4) -> linear(a + "4")
