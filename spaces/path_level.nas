# One cell, a tree of splits and merges, in every block of a pyramidal residual network.
#
# A node carries one branch, the mean of 2 or 3 branches that read the same input, or 2 branches on
# halves of the channels, concatenated. A branch is one of 7 operations, and a further node may
# follow it, down to `depth`. The released code's controller decides in this order; unlike it, the
# root's edges are chosen too. The mean keeps the function when a path is copied. Operations
# normalise first. The host, PyramidNet with bottlenecks (Han et al., CVPR 2017), halves the size by
# average pooling.
space path_level "Path-level network transformation (Cai, Yang, Zhang, Han, Yu; ICML 2018)"
import "lib_basic.nas"

param depth = 3
param N = 18, C = 16, growth = 84, size = 32, classes = 10

motif separable(k) = bn -> relu -> dw_conv(k) -> conv(1)

motif operation = one of {
  sep_3x3:      separable(3)
  sep_5x5:      separable(5)
  sep_7x7:      separable(7)
  conv_1x1:     bn -> relu -> conv(1)
  identity:     identity
  max_pool_3x3: max_pool(3)
  avg_pool_3x3: avg_pool(3)
}

motif halves(a, b) = graph (x) {
  first = (channels(x) + 1) / 2
  out concat([x -> narrow(0, first) -> a, x -> narrow(first, channels(x) - first) -> b])
}

motif node(level) = one of {
  none:   branch(level)
  add_2:  mean([branch(level) for i in 1..2])
  add_3:  mean([branch(level) for i in 1..3])
  concat: halves(branch(level), branch(level))
}

motif branch(level) = operation -> one of {
  leaf: identity
  grow if level < depth: node(level + 1)
}

let cell = node(1)

motif bottleneck(c) = graph (x) {
  y = x -> bn -> conv_bn_relu(1, c) -> cell -> bn -> relu -> conv_bn(1, 4*c)
  out sum([x -> pad_channels(4*c), y])
}

motif pyramid = graph (x) {
  for i in 1..3*N {
    when i == N + 1 or i == 2*N + 1 {
      x = x -> avg_pool(2, 2)
    }
    x = x -> bottleneck(C + growth * i / (3*N))
  }
  out x
}

network = image(3, size, size) -> conv_bn(3, C) -> pyramid -> bn -> relu -> classifier(classes)

encoding path_level json "tree of merges and branches (ICML 2018)" {
  code   = "{{'merge': '{merge}', 'branches': [{branches: branch, ...}]}}"
  merge  = "none" | "add_2" | "add_3" | "concat"
  branch = "{{'op': '{op}', 'then': {then}}}"
  then   = "null" as "leaf" | code
  op     = "sep_3x3"
    | "sep_5x5"
    | "sep_7x7"
    | "conv_1x1"
    | "identity"
    | "max_pool_3x3"
    | "avg_pool_3x3"
}

motif node_code(at) = node(
  merge = `{at}`,
  branches = case `{at}` {
    none: [branch_code(at + "=none")]
    add_2: [branch_code(at + "=add_2/i[0]"), branch_code(at + "=add_2/i[1]")]
    add_3: [
      branch_code(at + "=add_3/i[0]"),
      branch_code(at + "=add_3/i[1]"),
      branch_code(at + "=add_3/i[2]")
    ]
    concat: [branch_code(at + "=concat/a"), branch_code(at + "=concat/b")]
  }
)

motif branch_code(at) = branch(
  op = `{at}/operation`,
  then = case decided(`{at}`, "leaf") { leaf: "leaf", grow: node_code(at + "=grow") }
)

encode path_level = node_code("cell")
