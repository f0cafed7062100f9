space nasbench201 "NAS-Bench-201 (Dong, Yang; ICLR 2020)"
# One cell of four nodes, an operator on each of the six edges: 5^6 = 15,625. A node is the sum of what
# its edges bring; `none` brings zeros, so a node without input is zero. Edges have stride 1; the
# residual blocks between the stages halve the size, their shortcut has no batch norm. Edges are
# decided node by node, as in |op~0|+|op~0|op~1|+|op~0|op~1|op~2|.

param C = 16, N = 5, size = 32, classes = 10

motif edge = one of {
  none:         zero
  skip_connect: identity
  nor_conv_1x1: relu -> conv(1) -> bn
  nor_conv_3x3: relu -> conv(3) -> bn
  avg_pool_3x3: avg_pool(3)
}

let cell = graph (x) {
  n = [x]
  for i in 1..3 {
    n += sum([y -> edge for y in n])
  }
  out n[-1]
}

motif residual(c) = sum([
  relu -> conv(3, out = c, stride = 2) -> bn -> relu -> conv(3) -> bn,
  avg_pool(2, stride = 2) -> conv(1, out = c)
])

network = image(3, size, size)
  -> conv(3, out = C)
  -> bn
  -> N * cell
  -> residual(2*C)
  -> N * cell
  -> residual(4*C)
  -> N * cell
  -> bn
  -> relu
  -> global_avg_pool
  -> linear(classes)

encoding nasbench201 tight "the arch string of NAS-Bench-201: |op~0|+|op~0|op~1|+…" {
  code = "{node + ...}"
  node = "|{edge ...}"
  edge = "{op}~{from: int}|"
  op   = "none" | "skip_connect" | "nor_conv_1x1" | "nor_conv_3x3" | "avg_pool_3x3"
  require len(code) == 3 "a cell has three nodes after the input"
  require len(node) == i + 1 for i, node in code "node {i+1} has an edge from each earlier node"
}

encode nasbench201 = [
  [edge(op = `cell/i[{i}]/n/y[{j}]/edge`, from = j) for j in 0..i]
  for i in 0..2
]
