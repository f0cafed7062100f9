network = image(3, 32, 32) -> graph (x) {
  else { y = x }
  out x
} -> global_avg_pool -> linear(10)
