space code_nascell "The recurrent cell that NAS-RL found (Zoph, Le; ICLR 2017)"
# A fixed tree of base 8. Leaf i joins part i of the input's and of the state's product: part 3 by
# multiplying, the others by adding. The memory enters by the first pair of the second level.
encoding nascell free "NASCell of NAS-RL with its number of units and the width of its input" {
  code = "NASCell(units={units: int}), input size {width: int}, {bias}"
  bias = "no bias" as false | "bias" as true
  require code.units > 0 and code.width > 0
    "a cell has at least one unit, and reads at least one number"
}

param code: nascell = "NASCell(units=4), input size 9, no bias"
param steps = 5

motif leaf(i, u) = graph (xs, hs) {
  a = xs -> narrow(i * u, u)
  b = hs -> narrow(i * u, u)
  out mul([a, b]) if i == 3 else sum([a, b])
}

let cell = graph (x, h, c) {
  u = code.units
  xs = x -> linear(8*u, bias = code.bias)
  hs = h -> linear(8*u, bias = false)
  l = [
    (xs, hs) -> leaf(i, u) -> act
    for i, act in [sigmoid, relu, sigmoid, relu, tanh, sigmoid, tanh, sigmoid]
  ]
  first = sum([mul([l[0], l[1]]) -> tanh, c]) -> tanh
  second = sum([l[2], l[3]]) -> tanh
  third = mul([l[4], l[5]]) -> tanh
  fourth = sum([l[6], l[7]]) -> sigmoid
  memory = mul([first, second])
  state = mul([memory, sum([third, fourth]) -> tanh]) -> tanh
  out state, memory
}

network = sequence(steps, code.width) -> scan(cell, [[code.units], [code.units]])
