network = image(3, 32, 32) -> graph (x) {
  motif f = relu
  out x -> f
} -> global_avg_pool -> linear(10)
