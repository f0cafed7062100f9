motif f(c) = conv(3, c)

network = image(3, 32, 32) -> f(8, 16)
