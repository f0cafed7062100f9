encoding pairs python { code = "{pair | ...}"  pair = "{op: word}~{from: int}" }

param code: pairs = """conv~0
  |pool~x"""

network = vector(4) -> linear(len(code))
