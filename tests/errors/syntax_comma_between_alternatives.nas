motif op = one of {
  a: conv(3, 8),
  b: conv(5, 8)
}

network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
