space real_number
network = vector(8) -> linear(8) -> dropout(any 0.0..0.5) -> linear(2)
