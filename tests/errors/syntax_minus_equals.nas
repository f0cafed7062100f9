network = image(3, 32, 32) -> graph (x) {
  n = 3
  n -= 1
  out x
} -> global_avg_pool -> linear(10)
