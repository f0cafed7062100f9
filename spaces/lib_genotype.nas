# Cells of the DARTS family written as genotypes, and the networks they stand in. States: 0 is the output
# of the cell before the last, 1 that of the last cell, 2, 3, … are the nodes in order. A node sums its
# edges; in a reduction cell edges from 0 and 1 have stride 2. What nobody reads keeps its weights.
import "lib_darts.nas"

encoding darts python "DARTS genotype (Liu, Simonyan, Yang; ICLR 2019)" {
  code  = "Genotype(normal={normal: pairs}, normal_concat={normal_concat: indices}, reduce={reduce: pairs}, reduce_concat={reduce_concat: indices})"
  pairs = "[{pair, ...}]"
  pair  = "('{op}', {state: int})"
  op    = "none"
    | "noise"
    | "skip_connect"
    | "max_pool_3x3"
    | "avg_pool_3x3"
    | "sep_conv_3x3"
    | "sep_conv_5x5"
    | "sep_conv_7x7"
    | "dil_conv_3x3"
    | "dil_conv_5x5"
    | "nor_conv_1x1"
    | "nor_conv_3x3"
    | "nor_conv_7x7"
    | "conv_7x1_1x7"
    | "conv_3x1_1x3"
  require len(code.normal) > 0 and len(code.normal) % 2 == 0
    "a node has two edges, so their number is even and not zero"
  require len(code.reduce) > 0 and len(code.reduce) % 2 == 0
    "a node has two edges, so their number is even and not zero"
  require pair.state in 0..i/2+1
    for i, pair in code.normal
    "node {i/2 + 2} reads states 0 to {i/2 + 1}, not {pair.state}"
  require pair.state in 0..i/2+1
    for i, pair in code.reduce
    "node {i/2 + 2} reads states 0 to {i/2 + 1}, not {pair.state}"
  require len(code.normal_concat) > 0 and len(code.reduce_concat) > 0
    "the output joins at least one state"
  require s in 0..len(code.normal)/2+1
    for s in code.normal_concat
    "there are states 0 to {len(code.normal)/2 + 1}"
  require s in 0..len(code.reduce)/2+1
    for s in code.reduce_concat
    "there are states 0 to {len(code.reduce)/2 + 1}"
  require s >= 2
    for s in code.reduce_concat
    "states 0 and 1 are larger than the nodes of a reduction cell"
}

# The operators by name. Nothing follows a pool in the networks of most releases (`after_pool`). `drop` is
# the probability that an edge that is no identity is dropped, for one sample in training.
motif genotype_op(
  name,
  stride,
  norm = bn,
  down = factorized_reduce,
  after_pool = identity,
  drop = 0.0
) = graph (x) {
  y = x
    -> case name {
      none:         zero(stride)
      noise:        noise(stride)
      skip_connect: identity if stride == 1 else down(channels(x), norm)
      max_pool_3x3: max_pool(3, stride = stride) -> after_pool
      avg_pool_3x3: avg_pool(3, stride = stride) -> after_pool
      sep_conv_3x3: sep_conv(3, stride, norm)
      sep_conv_5x5: sep_conv(5, stride, norm)
      sep_conv_7x7: sep_conv(7, stride, norm)
      dil_conv_3x3: dil_conv(3, stride, norm)
      dil_conv_5x5: dil_conv(5, stride, norm)
      conv_7x1_1x7: conv_7x1_1x7(stride, norm)
      nor_conv_1x1: relu -> conv(1, stride = stride) -> norm
      nor_conv_3x3: relu -> conv(3, stride = stride) -> norm
      nor_conv_7x7: relu -> conv(7, stride = stride) -> norm
      conv_3x1_1x3: relu
        -> conv([1, 3], stride = [1, stride])
        -> conv([3, 1], stride = [stride, 1])
        -> norm
    }
  out y if drop == 0.0 or name == "skip_connect" and stride == 1 else y -> drop_path(drop)
}

# A gate for every channel, from a hidden layer r times smaller, without biases.
motif squeeze_excite(r) = graph (x) {
  gate = x
    -> global_avg_pool
    -> linear(channels(x) / r, bias = false)
    -> relu
    -> linear(channels(x), bias = false)
    -> sigmoid
  out mul([x, gate])
}

# A cell of two edges a node: `edges` in order, `joined` the states that it puts out.
motif genotype_cell(edges, joined, reduction, op) = graph (a, b) {
  s = [a, b]
  for i in 1..len(edges)/2 {
    s += sum([
      s[e.state] -> op(e.op, 2 if reduction and e.state < 2 else 1)
      for e in edges[2*i-2..2*i-1]
    ])
  }
  out concat([s[i] for i in joined])
}

# Where reductions stand.
motif is_small(i, layers) = i == layers/3 or i == 2*layers/3

# A stack of cells, one after the other; the reductions double the width c, or if `grow` is not 0 every cell
# makes it that much larger instead. `halved`: b is half as large as a. Puts out the last state and that of
# the second reduction.
motif genotype_cells(cells, c, grow, halved, norm = bn, down = factorized_reduce) = graph (a, b) {
  s = [a, b]
  width = c
  for i, cell in cells {
    small = is_small(i, len(cells))
    width = width + grow if grow > 0 and i > 0 else 2*width if small and grow == 0 else width
    before = s[-2]
      -> (down(width, norm) if halved else relu_conv_bn(width, norm = norm))
    last = s[-1] -> relu_conv_bn(width, norm = norm)
    s += (before, last) -> cell
    halved = small
  }
  out s[-1], s[2*len(cells)/3+2]
}

# The two states before the first cell; on ImageNet the second is half as large.
motif genotype_stem(width, imagenet) = graph (x) {
  when imagenet {
    a = x
      -> conv(3, out = width/2, stride = 2)
      -> bn
      -> relu
      -> conv(3, out = width, stride = 2)
      -> bn
    b = a -> relu -> conv(3, out = width, stride = 2) -> bn
  } else {
    a = x -> conv(3, out = width) -> bn
    b = a
  }
  out a, b
}

# The classifier; with `auxiliary` there is a second output, of a head that helps training: for states of
# 8x8 (CIFAR, stride 3) or 7x7 (ImageNet, stride 2). The ImageNet head of the release lacks its last norm.
motif genotype_heads(classes, imagenet, auxiliary, norm = bn, bias = true) = graph (last, middle) {
  y = last -> global_avg_pool -> linear(classes, bias = bias)
  when auxiliary {
    z = middle
      -> relu
      -> avg_pool(5, stride = 2 if imagenet else 3, pad = "valid")
      -> conv(1, out = 128)
      -> bn
      -> relu
      -> conv(2, out = 768, pad = "valid")
      -> norm
      -> relu
      -> flatten
      -> linear(classes, bias = bias)
    out y, z
  } else {
    out y
  }
}
