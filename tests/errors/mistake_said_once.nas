motif cell = graph (a, b) { out sum([a, b]) }
network = vector(4) -> graph (x) {
  bad = x -> linear(0)
  both = [bad, x] -> concat
  out (bad, both) -> cell
}
