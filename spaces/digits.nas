space digits "Small convolutional networks for 8x8 digits"

# Cells in a row, halved in size once. In a cell every node reads one or two earlier states through an
# operator each, and what nobody reads is concatenated. One cell is decided and used everywhere, as
# in NASNet and DARTS; its width, its kernel and how often it stands are decided once, too.
param classes = 10, nodes = 3

let width = any [4, 8, 12, 16]
let kernel = any [3, 5]
let activation = relu | silu | tanh
let deep = any 1..3

motif edge(c) = one of {
  skip:     identity
  max_pool: max_pool(3)
  avg_pool: avg_pool(3)
  conv1:    activation -> conv(1, out = c) -> bn
  conv3:    activation -> conv(kernel, out = c) -> bn
  sep:      activation -> dw_conv(kernel) -> conv(1, out = c) -> bn
}

let cell = graph (x) {
  s = [x]
  for i in 1..nodes {
    s += sum(pick (1 if i == 1 else 2) of [y -> edge(width) for y in s])
  }
  out concat(loose(s)) -> conv(1, out = width) -> bn
}

motif shrink = max_pool(2, 2) | avg_pool(2, 2) | conv(3, out = width, stride = 2) -> bn

network = image(1, 8, 8) -> conv(3, out = width) -> bn
  -> deep * cell -> shrink -> cell -> activation
  -> global_avg_pool -> linear(classes)

require macs < 600K

search {
  strategy  = regularized_evolution(population = 20, sample = 6)
  evaluate  = train(data = "digits", epochs = 6)
  objective = minimize(loss)
  budget    = 64
  seed      = 1
}
