encoding pairs tight { code = "{pair | ...}"  pair = "{op: word}~{from: int}" }

param code: pair = "conv~0"

network = vector(4) -> linear(len(code))
