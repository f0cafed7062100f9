space cells
motif plain = graph (x, h) { out sum([x -> linear(4), h]) }
motif curved = graph (x, h) { out sum([x -> linear(4) -> tanh, h]) }
network = sequence(5, 3) -> scan(plain | curved, [4])
