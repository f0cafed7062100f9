param code: = "conv~0"

network = vector(4) -> linear(len(code))
