network = image(3, 32, 32) -> graph (x) {
  when 1 < 2:
    x = x -> relu
  out x
} -> global_avg_pool -> linear(10)
