let code = """Genotype(normal=[],
  reduce=[])""

network = vector(4) -> linear(len(code))
