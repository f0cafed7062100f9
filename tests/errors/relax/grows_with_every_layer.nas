space chains
motif rest(depth) = one of {
  a if depth < 15: relu -> rest(depth + 1)
  b if depth < 15: tanh -> rest(depth + 1)
  end: identity
}
network = vector(8) -> rest(0) -> linear(2)
