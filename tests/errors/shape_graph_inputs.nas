space broken

network = vector(4) -> graph (x, y) { out sum([x, y]) }
