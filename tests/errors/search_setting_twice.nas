network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
search {
  budget = 3
  budget = 4
}
