let width = any 1..1000000000
network = vector(4) -> linear(width)
require width % 8 == 0
