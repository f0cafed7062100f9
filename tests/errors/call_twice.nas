motif f(c, k) = conv(k, c)

network = image(3, 32, 32) -> f(8, c = 8, k = 3, k = 5)
