network = image(3, 32, 32) -> graph (x) {
  states += x
  out sum(states)
} -> global_avg_pool -> linear(10)
