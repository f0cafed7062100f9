space steps
motif piece = linear(4)
network = sequence(5, 4) -> graph (x) {
  parts = [x -> linear(4) for i in some of 1..3]
  require len(parts) >= 1
  out concat(parts, axis = "steps") -> select_step(0)
}
