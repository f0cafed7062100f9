motif f(c, k) = conv(k, c)

network = image(3, 32, 32) -> f(c = 8, 3)
