let a = 3

motif f(c, d) = conv(3, c) where w = 2*c

network = image(3, 32, 32) -> graph (x) {
  y = x -> f(8)
  z = y -> relu
  out y
} -> global_avg_pool -> linear(10)
