space broken

network = vector(4) -> linear(any [8, 16])
require macs > 1M
