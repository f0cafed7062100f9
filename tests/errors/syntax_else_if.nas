network = image(3, 32, 32) -> graph (x) {
  when 1 < 2 {
    out x
  } else if 2 < 3 {
    out x
  }
} -> global_avg_pool -> linear(10)
