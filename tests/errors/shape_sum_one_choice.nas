space broken

let c = any [8, 16]
network = vector(4) -> graph (x) {
  a = x -> linear(c)
  b = x -> linear(8)
  out sum([a, b])
}
