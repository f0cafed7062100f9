network = image(3, 32, 32) -> graph (x) {
  states = [x]
  for i in 1..3 {
    states += sum(state)
  }
  out sum(states)
} -> global_avg_pool -> linear(10)
