space pnas "Progressive Neural Architecture Search (Liu et al.; ECCV 2018)"
# One cell for both strides: a block is (I1, I2, O1, O2) with the inputs from all states before it (the
# same one twice is allowed) and 8 operators, added: (2*3*4*5*6)^2 * 8^10 = 5.57e14 cells of five blocks. With
# one block there are 256, of which 136 differ, for the order of a block's halves does not matter. All
# blocks are joined to the output, as in the released code; `joined = "unread"` joins those that no other
# block reads. At stride 2 the operators that read a cell input have it. Where the stride is, the cell
# itself halves (NASNet puts another one in).
import "lib_nasnet.nas"

param C = 48, N = 3, blocks = 5, size = 32, classes = 10, joined = "all", grow = false

motif identity_or_1x1(c, stride) = pass(c, stride)
motif sep_3x3(c, stride) = separable(3, c, stride)
motif sep_5x5(c, stride) = separable(5, c, stride)
motif sep_7x7(c, stride) = separable(7, c, stride)
motif avg_3x3(c, stride) = pool(avg_pool, 3, c, stride)
motif max_3x3(c, stride) = pool(max_pool, 3, c, stride)
motif dil_3x3(c, stride) = dilated(3, c, stride)
motif conv_1x7_7x1(c, stride) = factored(7, c, stride)

let ops = [identity_or_1x1, sep_3x3, sep_5x5, sep_7x7, avg_3x3, max_3x3, dil_3x3, conv_1x7_7x1]

# Decided once, used at two strides.
let count = any 1..blocks if grow else blocks
let first = [any 0..i for i in 1..count]
let second = [any 0..i for i in 1..count]
let op1 = [any ops for i in 1..count]
let op2 = [any ops for i in 1..count]

motif cell(stride) = graph (before, last) {
  c = channels(last)
  s = [before, last]
  for i in 0..count-1 {
    x = s[first[i]] -> op1[i](c, stride if first[i] < 2 else 1)
    y = s[second[i]] -> op2[i](c, stride if second[i] < 2 else 1)
    s += sum([x, y])
  }
  out concat(s[2..] if joined == "all" else loose(s[2..]))
}

network = image(3, size, size) -> graph (x) {
  s = [x -> conv(3, out = 3*C) -> bn]
  width = C
  for i in 0..3*N-1 {
    small = i == N or i == 2*N
    width = 2*width if small else width
    last = s[-1] -> relu_conv_bn(width)
    before = s[-1] if i == 0 else (s[-2], last) -> fit
    s += (before, last) -> cell(2 if small else 1)
  }
  out s[-1] -> relu -> global_avg_pool -> linear(classes)
}

encoding pnas python "blocks (I1, I2, O1, O2, C) of a cell (ECCV 2018)" {
  code  = "[{block, ...}]"
  block = "({first: int}, {second: int}, '{op1}', '{op2}', '{join}')"
  op1   = "identity_or_1x1"
    | "sep_3x3"
    | "sep_5x5"
    | "sep_7x7"
    | "avg_3x3"
    | "max_3x3"
    | "dil_3x3"
    | "conv_1x7_7x1"
  op2   = op1
  join  = "add"
  require block.first in 0..i+1 and block.second in 0..i+1
    for i, block in code
    "block {i} reads states 0 to {i+1}"
}

encode pnas = [
  block(
    first = `first/i[{i}]`,
    second = `second/i[{i}]`,
    op1 = `op1/i[{i}]`,
    op2 = `op2/i[{i}]`,
    join = "add"
  )
  for i in 0..count-1
]
