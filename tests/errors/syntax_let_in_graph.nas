network = image(3, 32, 32) -> graph (x) {
  let y = x -> relu
  out y
} -> global_avg_pool -> linear(10)
