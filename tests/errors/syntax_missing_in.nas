network = image(3, 32, 32) -> graph (x) {
  for i 1..3 {
    x = x -> relu
  }
  out x
} -> global_avg_pool -> linear(10)
