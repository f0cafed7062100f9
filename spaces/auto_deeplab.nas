space auto_deeplab "Auto-DeepLab (Liu et al.; CVPR 2019)"
# Semantic segmentation: a path through a trellis of 12 layers and 4 scales, and one cell for all layers.
# The first layer works at a quarter of the size, and from layer to layer the scale changes by one step at
# most: 28,657 paths. A block of the cell takes two states (the same one twice is allowed, and their order
# counts) and 8 operators, `none` being a zero: (2*3*4*5*6)^2 * 8^10 cells of five blocks, all of which are
# joined; 1.60e19 together. The cell's inputs, the two layers before, are brought to its scale bilinearly
# and to its width, which doubles with every halving, by a 1x1 convolution. The head is a small ASPP.
import "lib_darts.nas"

param F = 20, layers = 12, blocks = 5, height = 512, width = 512, classes = 19

motif op = one of {
  none:         zero
  max_pool_3x3: max_pool(3)
  avg_pool_3x3: avg_pool(3)
  skip_connect: identity
  sep_conv_3x3: sep_conv(3)
  sep_conv_5x5: sep_conv(5)
  dil_conv_3x3: dil_conv(3)
  dil_conv_5x5: dil_conv(5)
}

let cell = graph (before, last) {
  s = [before, last]
  for i in 1..blocks {
    a = any 0..i
    b = any 0..i
    x = s[a] -> op
    y = s[b] -> op
    s += sum([x, y])
  }
  out concat(s[2..])
}

# From scale a to scale b.
motif rescale(a, b) = identity
  if a == b
  else resize(scale = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0][a-b+3], mode = "bilinear")

motif aspp(c) = graph (x) {
  image = (x -> adaptive_avg_pool(1) -> relu_conv_bn(c), x) -> resize_like
  y = concat([x -> relu_conv_bn(c), x -> relu -> conv(3, out = c, dilation = 3) -> bn, image])
  out y -> relu_conv_bn(c) -> conv(1, out = classes, bias = true)
}

network = image(3, height, width) -> graph (x) {
  half = x -> conv(3, out = 64, stride = 2) -> bn -> relu -> conv(3, out = 64) -> bn
  stem = half -> relu -> conv(3, out = 128, stride = 2) -> bn
  s = [half -> relu_conv_bn(128, 3) -> max_pool(3, 2), stem]
  at = [0, 0]
  for i in 1..layers {
    at += 0 if i == 1 else any [l for l in 0..3 if l in at[-1]-1..at[-1]+1]
    c = F * [1, 2, 4, 8][at[-1]]
    before = s[-2] -> rescale(at[-3], at[-1]) -> relu_conv_bn(c)
    last = s[-1] -> rescale(at[-2], at[-1]) -> relu_conv_bn(c)
    s += (before, last) -> cell
  }
  out (s[-1] -> aspp(256), x) -> resize_like(mode = "bilinear")
}

encoding auto_deeplab json "levels of the layers, and pairs of edge and operator of the cell (CVPR 2019)" {
  code = "{{'path': [{path: int, ...}], 'cell': [{cell: pair, ...}]}}"
  pair = "[{branch: int}, {op: int}]"
  require level in 0..3 for level in code.path "a level is 0, 1, 2 or 3"
  require pair.op in 0..7 for pair in code.cell "an operator is 0 to 7"
}

# Edges are numbered through: those of node i begin behind the i*(i + 3)/2 edges of the nodes before it.
encode auto_deeplab = code(
  path = [decided(`graph/i[{i}]/at/else`, 0) for i in 0..layers-1],
  cell = [
    pair(
      branch = i * (i + 3) / 2 + `cell/i[{i}]/{half.a}`,
      op = case `cell/i[{i}]/{half.x}/op` {
        none:         0
        max_pool_3x3: 1
        avg_pool_3x3: 2
        skip_connect: 3
        sep_conv_3x3: 4
        sep_conv_5x5: 5
        dil_conv_3x3: 6
        dil_conv_5x5: 7
      }
    )
    for i in 0..blocks-1
    for half in [names(a = "a", x = "x"), names(a = "b", x = "y")]
  ]
)
