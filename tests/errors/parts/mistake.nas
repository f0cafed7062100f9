motif f(c) = conv(3, c))
