network = image(3, 32, 32) -> graph (x) {
  y = z -> relu
  z = x
  out y, z
} -> global_avg_pool -> linear(10)
