network = image(3, 32, 32) -> graph (x) {
  y = x -> relu
}
