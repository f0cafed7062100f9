network = vector(4) -> graph (x) {
  y = any [x, 4]
  out y -> relu
}
