space code_amoebanetd "AmoebaNet-D as torchgpipe builds it (Kim et al. 2020), after GPipe (Huang et al. 2019)"
# State 0 is the output of the last cell, 1 that of the one before. The cells are those of the release for
# TPUs, but `none` halves by a factorized reduction, max_pool_3x3 averages, and a cell puts out what is
# listed here. A text without num_classes leaves their number to `classes`.
import "lib_nasnet.nas"

encoding amoebanetd python "AmoebaNet-D by its size: amoebanetd(num_layers=18, num_filters=208) (torchgpipe)" {
  code     = "amoebanetd({settings , ...})"
  settings = {
    num_classes: "num_classes={int}" = none
    num_layers: "num_layers={int}"
    num_filters: "num_filters={int}" = 512
  }
  require code.num_layers > 0 and code.num_layers % 3 == 0 "num_layers is a multiple of 3"
  require code.num_filters >= 8 "num_filters is at least 8"
}

param code: amoebanetd = "amoebanetd(num_layers=18, num_filters=208)"
param size = 224, classes = 1000

let normal = [
  [1, "conv_1x1"],
  [1, "max_pool_3x3"],
  [1, "none"],
  [0, "conv_1x7_7x1"],
  [0, "conv_1x1"],
  [0, "conv_1x7_7x1"],
  [2, "max_pool_3x3"],
  [2, "none"],
  [1, "avg_pool_3x3"],
  [5, "conv_1x1"]
]
let reduction = [
  [0, "max_pool_2x2"],
  [0, "max_pool_3x3"],
  [2, "none"],
  [1, "conv_3x3"],
  [2, "conv_1x7_7x1"],
  [2, "max_pool_3x3"],
  [3, "none"],
  [1, "max_pool_2x2"],
  [2, "avg_pool_3x3"],
  [3, "conv_1x1"]
]

motif op(name, c, stride) = case name {
  none:         identity if stride == 1 else relu -> halve_any(c) -> bn
  avg_pool_3x3: avg_pool(3, stride = stride)
  max_pool_3x3: avg_pool(3, stride = stride)
  max_pool_2x2: max_pool(2, stride = stride, pad = "valid")
  conv_1x1:     full(1, c, stride)
  conv_3x3:     full(1, c/4) -> full(3, c/4, stride) -> full(1, c)
  conv_1x7_7x1: full(1, c/4) -> factored(7, c/4, stride) -> full(1, c)
}

motif cell(ops, joined, c, stride) = graph (before, last) {
  s = [last -> relu_conv_bn(c), (before, last) -> fit_to(c)]
  for i in 0..len(ops)/2-1 {
    s += sum([s[e[0]] -> op(e[1], c, stride if e[0] < 2 else 1) for e in ops[2*i..2*i+1]])
  }
  out concat([s[i] for i in joined])
}
motif halving(c) = cell(reduction, [4, 5, 6], c, 2)
motif keeping(c) = cell(normal, [0, 3, 4, 6], c, 1)

# Whether a cell halves: two do behind the stem, and one before each later third of the others.
let third = [false for i in 1..code.num_layers/3]
let cells = [true, true] + third + [true] + third + [true] + third

network = image(3, size, size) -> graph (x) {
  width = code.num_filters / 4
  stem = x -> relu -> conv(3, out = width, stride = 2) -> bn
  s = [stem, stem]
  for halves in cells {
    width = 2*width if halves else width
    s += (s[-2], s[-1]) -> (halving(width) if halves else keeping(width))
  }
  out s[-1]
      -> global_avg_pool
      -> linear(classes if code.num_classes == none else code.num_classes)
}
