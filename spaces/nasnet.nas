space nasnet "Learning Transferable Architectures, NASNet (Zoph, Vasudevan, Shlens, Le; CVPR 2018)"
# Two cells of five blocks. A block takes two states (the same one twice is allowed, and their order
# counts), an operator of 13 for each, and adds or joins the results: 720^2 * 13^10 * 2^5 a cell. The
# blocks that no other block reads are joined to the cell's output. In the reduction cell the operators
# that read a cell input have stride 2. Operators widen or narrow what they read to the cell's width.
import "lib_nasnet.nas"
import "lib_slim.nas"

param C = 32, N = 6, blocks = 5, size = 32, classes = 10

motif op(c, stride) = one of {
  identity:     pass(c, stride)
  conv_1x1:     full(1, c, stride)
  conv_3x3:     full(3, c, stride)
  conv_1x3_3x1: factored(3, c, stride)
  conv_1x7_7x1: factored(7, c, stride)
  sep_conv_3x3: separable(3, c, stride)
  sep_conv_5x5: separable(5, c, stride)
  sep_conv_7x7: separable(7, c, stride)
  dil_conv_3x3: dilated(3, c, stride)
  avg_pool_3x3: pool(avg_pool, 3, c, stride)
  max_pool_3x3: pool(max_pool, 3, c, stride)
  max_pool_5x5: pool(max_pool, 5, c, stride)
  max_pool_7x7: pool(max_pool, 7, c, stride)
}

motif cell(reduction) = graph (before, last) {
  c = channels(last)
  s = [before, last]
  for i in 1..blocks {
    a = any 0..i
    b = any 0..i
    x = s[a] -> op(c, 2 if reduction and a < 2 else 1)
    y = s[b] -> op(c, 2 if reduction and b < 2 else 1)
    s += [x, y] -> (sum | concat)
  }
  out concat(loose(s[2..]))
}

let normal = cell(false)
let reduce = cell(true)

network = image(3, size, size) -> nasnet_cifar(normal, reduce, C, N, classes)

encoding nasnet python "blocks of two states, two operators and how they meet, of two cells (CVPR 2018)" {
  code  = "{{'normal': [{normal: block, ...}], 'reduce': [{reduce: block, ...}]}}"
  block = "({first: int}, {second: int}, '{op1}', '{op2}', '{join}')"
  op1   = "identity"
    | "conv_1x1"
    | "conv_3x3"
    | "conv_1x3_3x1"
    | "conv_1x7_7x1"
    | "sep_conv_3x3"
    | "sep_conv_5x5"
    | "sep_conv_7x7"
    | "dil_conv_3x3"
    | "avg_pool_3x3"
    | "max_pool_3x3"
    | "max_pool_5x5"
    | "max_pool_7x7"
  op2   = op1
  join  = "sum" | "concat"
  require block.first in 0..i+1 and block.second in 0..i+1
    for i, block in code.normal
    "block {i} reads states 0 to {i+1}"
  require block.first in 0..i+1 and block.second in 0..i+1
    for i, block in code.reduce
    "block {i} reads states 0 to {i+1}"
}

motif blocks_of(at) = [
  block(
    first = `{at}/i[{i}]/a`,
    second = `{at}/i[{i}]/b`,
    op1 = `{at}/i[{i}]/x/op`,
    op2 = `{at}/i[{i}]/y/op`,
    join = `{at}/i[{i}]/s`
  )
  for i in 0..blocks-1
]

encode nasnet = cells(normal = blocks_of("normal"), reduce = blocks_of("reduce"))

# The released notation has no word for blocks that join.
motif slim_op(op) = case op {
  identity:     "none"
  conv_1x1:     "1x1"
  conv_3x3:     "3x3"
  conv_1x3_3x1: "1x3_3x1"
  conv_1x7_7x1: "1x7_7x1"
  sep_conv_3x3: "separable_3x3_2"
  sep_conv_5x5: "separable_5x5_2"
  sep_conv_7x7: "separable_7x7_2"
  dil_conv_3x3: "dil_2_separable_3x3_2"
  avg_pool_3x3: "avg_pool_3x3"
  max_pool_3x3: "max_pool_3x3"
  max_pool_5x5: "max_pool_5x5"
  max_pool_7x7: "max_pool_7x7"
}

motif slim_cell(at) = cell(
  operations = [
    case `{at}/i[{i}]/s` { sum: slim_op(`{at}/i[{i}]/{half}/op`) }
    for i in 0..blocks-1
    for half in ["x", "y"]
  ],
  hiddenstate_indices = [slim_index(s) for s in reads],
  used_hiddenstates = [1, 1] + [slim_flag(s in reads) for s in 2..blocks+1]
)
  where reads = [`{at}/i[{i}]/{half}` for i in 0..blocks-1 for half in ["a", "b"]]

encode slim = cells(normal = slim_cell("normal"), reduction = slim_cell("reduce"))
