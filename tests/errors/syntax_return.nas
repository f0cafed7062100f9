network = image(3, 32, 32) -> graph (x) {
  y = x -> relu
  return y
} -> global_avg_pool -> linear(10)
