space broken

network = vector(4) -> linear(4)
require params < "5M"
