encoding pairs tight { code = "{pair | ...}"  pair = "{op: word}~{from: int}" }

param code: pairs = 5

network = vector(4) -> linear(len(code))
