# Motifs of motifs: six primitives are the edges of six small graphs of 4 nodes, and these are the
# edges of one cell of 5 nodes. An edge is 0 for none, or an operation's number: 7^46 = 7.49e38.
#
# `chain_none = false` keeps the edges from each node to the next, as NASLib does: 2.52e37, which is
# 6^22*7^24. An edge that is none is not there; a node that nothing feeds is zero, whatever it feeds.
# The paper leaves open how edges meet. Here they are concatenated and a 1x1 convolution restores
# the width: of twelve readings, the one that gives the published 15.7M weights. A separable
# convolution follows every cell; at the ends of stages it halves the size and doubles the width.
space hierarchical "Hierarchical representations (Liu, Simonyan, Vinyals et al.; ICLR 2018)"
import "lib_basic.nas"
import "lib_hierarchical.nas"

param C = 64, cells = 2, size = 32, classes = 10
param motifs = 6, chain_none = true

motif dag(n, ops) = graph (x) {
  s = [x]
  for j in 1..n-1 {
    edges = [any (0 if chain_none or i < j - 1 else 1)..len(ops) for i in 0..j-1]
    fed = [y -> ops[edges[i]-1] for i, y in s if edges[i] > 0]
    when len(fed) > 1 {
      s += concat(fed) -> conv_bn(1, channels(x))
    } else {
      s += fed[0] if fed else x -> zero
    }
  }
  out s[-1]
}

let primitives = [
  identity,
  conv(1) -> bn -> relu,
  dw_bn_relu(3),
  dw_conv(3) -> conv(1) -> bn -> relu,
  max_pool(3),
  avg_pool(3)
]
let level2 = [dag(4, primitives) for m in 1..motifs]
let cell = dag(5, level2)

network = hierarchical_network(cell, C, cells, size, classes)

let names = ["none", "identity", "conv1x1", "dw3x3", "sep3x3", "max3", "avg3"]

encode hierarchical = code(
  motifs = [
    [[names[`level2/m[{m}]/j[{j}]/edges/i[{i}]`] for i in 0..j] for j in 0..2]
    for m in 0..motifs-1
  ],
  cell = [[`cell/j[{j}]/edges/i[{i}]` for i in 0..j] for j in 0..3]
)
