space enas_micro "ENAS, micro search space (Pham et al.; ICML 2018)"
# Two cells of seven nodes, of which two are inputs: each other node adds two states (the same one twice is
# allowed, and their order counts), each through one of 5 operators: (5^5 * 6!)^4, which is what the released
# encoding of 40 numbers says. Nodes that no other node reads are joined to the output. In the reduction
# cell operators that read a cell input have stride 2; the identity is a factorized reduction then.
# Before the cell, inputs are fitted where size or width differ, and the last one gets one more 1x1
# convolution, as in the released code.
import "lib_enas.nas"

param C = 36, N = 5, nodes = 5, size = 32, classes = 10

motif op(stride) = one of {
  sep_conv_3x3: sep_conv(3, stride)
  sep_conv_5x5: sep_conv(5, stride)
  avg_pool_3x3: avg_pool(3, stride = stride)
  max_pool_3x3: max_pool(3, stride = stride)
  identity:     reduce_or_keep(stride)
}

motif reduce_or_keep(stride) = graph (x) {
  out x if stride == 1 else x -> halve(channels(x)) -> bn
}

motif cell(reduction) = graph (before, last) {
  s = [before, last -> relu_conv_bn(channels(last))]
  for i in 1..nodes {
    a = any 0..i
    b = any 0..i
    x = s[a] -> op(2 if reduction and a < 2 else 1)
    y = s[b] -> op(2 if reduction and b < 2 else 1)
    s += sum([x, y])
  }
  out concat(loose(s[2..]))
}

let normal = cell(false)
let reduce = cell(true)

motif widen(c) = graph (x) {
  out x if channels(x) == c else x -> relu_conv_bn(c)
}

network = image(3, size, size) -> graph (x) {
  stem = x -> conv(3, out = 3*C) -> bn
  s = [stem, stem]
  width = C
  for i in 0..3*N+1 {
    small = i == N or i == 2*N + 1
    width = 2*width if small else width
    last = s[-1] -> widen(width)
    before = s[-2] -> factorized_reduce(width)
      if height(s[-2]) > height(last)
      else s[-2] -> widen(width)
    s += (before, last) -> (reduce if small else normal)
  }
  out s[-1] -> relu -> global_avg_pool -> linear(classes, bias = false)
}

motif number(op) = case op {
  sep_conv_3x3: 0
  sep_conv_5x5: 1
  avg_pool_3x3: 2
  max_pool_3x3: 3
  identity:     4
}

encode enas_micro = [
  x
  for cell in ["normal", "reduce"]
  for i in 0..nodes-1
  for x in [
    `{cell}/i[{i}]/a`,
    number(`{cell}/i[{i}]/x/op`),
    `{cell}/i[{i}]/b`,
    number(`{cell}/i[{i}]/y/op`)
  ]
]
