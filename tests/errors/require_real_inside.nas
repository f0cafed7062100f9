network = vector(4) -> graph (x) {
  rate = any 0.0..0.5
  require rate < 0.25
  out x -> dropout(rate)
}
