space broken

network = vector(4) -> graph (x) {
  a = x -> linear(any [8, 16])
  b = x -> linear(any [8, 16])
  out sum([a, b])
}
