# One cell, stacked: choice blocks that sum one or two inputs and any operations but none at all.
#
# A block's inputs are taken from the outputs of the two cells before and from the earlier blocks of
# its cell, each at most once. The cell's output is the concatenation of all its blocks. A 1x1
# convolution brings both inputs of a cell to the width of its stage, before the choices. Between
# stages, max pooling halves both, and the width doubles.
space one_shot "One-shot architecture search (Bender, Kindermans, Zoph, Vasudevan, Le; ICML 2018)"
import "lib_basic.nas"

param blocks = 4, F = 16, cells = 3, size = 32, classes = 10

motif sep_pair(k) = 2 * (relu -> dw_conv(k) -> conv(1) -> bn)

motif sep_3x3 = sep_pair(3)
motif sep_5x5 = sep_pair(5)
motif sep_7x7 = sep_pair(7)
motif conv_1x7_7x1 = relu -> conv([1, 7]) -> bn -> relu -> conv([7, 1]) -> bn
motif max_pool_3x3 = max_pool(3)
motif avg_pool_3x3 = avg_pool(3)
let operations = [sep_3x3, sep_5x5, sep_7x7, conv_1x7_7x1, max_pool_3x3, avg_pool_3x3, identity]

let cell = graph (a, b) {
  s = [a, b]
  for i in 1..blocks {
    inputs = sum(pick (any 1..2) of s)
    outputs = [inputs -> o for o in some of operations]
    require len(outputs) >= 1
    s += sum(outputs)
  }
  out concat(s[2..])
}

motif fit(c) = relu -> conv_bn(1, c)

motif body = graph (x) {
  a = x
  b = x
  for stage, c in [F, 2*F, 4*F] {
    for i in 1..cells {
      y = (a -> fit(c), b -> fit(c)) -> cell
      a = b
      b = y
    }
    when stage < 2 {
      a = a -> max_pool(2, 2)
      b = b -> max_pool(2, 2)
    }
  }
  out b
}

network = image(3, size, size) -> conv_bn_relu(3, F) -> body -> relu -> classifier(classes)

encoding one_shot json "inputs and operations of the choice blocks (ICML 2018)" {
  code  = "[{block, ...}]"
  block = "{{'inputs': [{inputs: int, ...}], 'operations': [{operations: op, ...}]}}"
  op    = "'sep_3x3'"
    | "'sep_5x5'"
    | "'sep_7x7'"
    | "'conv_1x7_7x1'"
    | "'max_pool_3x3'"
    | "'avg_pool_3x3'"
    | "'identity'"
}

let operation_names = [
  "sep_3x3",
  "sep_5x5",
  "sep_7x7",
  "conv_1x7_7x1",
  "max_pool_3x3",
  "avg_pool_3x3",
  "identity"
]

encode one_shot = [
  block(
    inputs = [0, 1] if i == 0 and `cell/i[0]/inputs/count` == 2 else `cell/i[{i}]/inputs`,
    operations = [operation_names[o] for o in `cell/i[{i}]/outputs/o/in`]
  )
  for i in 0..blocks-1
]
