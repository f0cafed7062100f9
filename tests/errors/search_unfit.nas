network = vector(4) -> linear(8) -> dropout(any 0.1..0.5) -> linear(2)

search {
  strategy = exhaustive
  budget   = 10
}
