encoding pairs tight { code = "{pair | ...}"  pair = "{op: word}~{from: int}" }

param code: pairs = "conv~0|pool~1"

network = vector(4) -> linear(code[0].form) -> linear((any code).size)
