space code_autodeeplab "Networks of Auto-DeepLab codes (Liu et al.; CVPR 2019), after a PyTorch port"
# path: the level of each layer, 0 for a quarter of the size and every next one for half of that, where the
# width is F, 2F, …; from layer to layer it changes by one at most, and the first layer comes from level 0.
# cell: rows [branch, operator]; branches count the edges of all nodes, so 0 and 1 lead to the first node, 2
# to 4 to the second, … The inputs of a cell, the two layers before, are resized to it and projected. The
# port's script leaves the parameters of batch norms out of cells unless told otherwise (affine), and gives
# the operators in the order of the rows to the branches in ascending order; here a row says which is whose.
import "lib_darts.nas"

encoding autodeeplab json "Auto-DeepLab: path and cell (Liu et al. 2019)" {
  code   = "{{{fields, ...}}}"
  fields = {
    path: "'path': [{int, ...}]"
    cell: "'cell': [{edge, ...}]"
  }
  edge   = "[{branch: int}, {op: int}]"
  require len(code.path) >= 3 "the decoder reads the third layer"
  require l in 0..3 for l in code.path "levels are 0 to 3"
  require code.path[0] <= 1 "the first layer is on level 0 or 1"
  require i == 0 or abs(l - code.path[i-1]) <= 1
    for i, l in code.path
    "the level changes by one at most"
  require e.op in 0..7 for e in code.cell "operators are 0 to 7"
  require e.branch in 0..19 for e in code.cell "branches are 0 to 19"
  require count([d.branch for d in code.cell], e.branch) == 1
    for e in code.cell
    "branch {e.branch} has two operators"
  require [e for e in code.cell if e.branch in ends[0]..ends[1]]
    for ends in [[0, 1], [2, 4], [5, 8], [9, 13], [14, 19]]
    "no branch from {ends[0]} to {ends[1]}, so their node has no input"
}

param code: autodeeplab = """{
  "path": [1, 0, 0, 1, 2, 1, 2, 2, 3, 3, 2, 1],
  "cell": [[0, 7], [1, 4], [2, 4], [3, 6], [5, 4], [8, 4], [11, 5], [13, 5], [19, 7], [18, 5]]}"""
param F = 20, size = 513, classes = 19, affine = true

motif norm = bn(affine = affine)
motif conv_bn_relu(k, c, stride = 1, dilation = 1, bias = false) = conv(
  k,
  out = c,
  stride = stride,
  dilation = dilation,
  bias = bias
)
  -> bn
  -> relu

motif op(number) = case number {
  0: zero
  1: max_pool(3)
  2: avg_pool(3)
  3: identity
  4: sep_conv(3, 1, norm)
  5: sep_conv(5, 1, norm)
  6: dil_conv(3, 1, norm)
  7: dil_conv(5, 1, norm)
}

# To half or twice the size; of odd sizes the corners stay corners.
motif rescale(change) = graph (x) {
  h = height(x)
  w = width(x)
  out x
      -> case change {
        -1: resize(size = [2*h - h%2, 2*w - w%2], mode = "bilinear", corners = true)
        0:  identity
        1:  resize(size = [(h + 1) / 2, (w + 1) / 2], mode = "bilinear", corners = true)
      }
}

motif fit = graph (x, y) {
  out x
      if height(x) == height(y) and width(x) == width(y)
      else (x, y) -> resize_like(mode = "bilinear", corners = true)
}

# A state that has the width of the cell is not projected, but the weights are there.
motif cell(c, change) = graph (before, last) {
  y = last -> rescale(change)
  x = (before, y) -> fit
  projected = x -> relu_conv_bn(c, 1, norm)
  s = [x if channels(x) == c else projected, y -> relu_conv_bn(c, 1, norm)]
  for i, first in [0, 2, 5, 9, 14] {
    s += sum([s[e.branch-first] -> op(e.op) for e in code.cell if e.branch in first..first+i+1])
  }
  out concat(s[2..])
}

motif aspp(c) = graph (x) {
  image = (x -> adaptive_avg_pool(1) -> conv_bn_relu(1, c), x) -> fit
  parts = [x -> conv_bn_relu(1, c)] + [x -> conv_bn_relu(3, c, dilation = d) for d in [6, 12, 18]]
  out concat(parts + [image]) -> conv_bn_relu(1, c)
}

network = image(3, size, size) -> graph (picture) {
  half = picture -> conv_bn_relu(3, 64, 2, bias = true) -> conv_bn_relu(3, 64, bias = true)
  s = [half, half -> conv_bn_relu(3, 128, 2, bias = true)]
  for i, level in code.path {
    change = level - (0 if i == 0 else code.path[i-1])
    s += (s[-2], s[-1]) -> cell(F * [1, 2, 4, 8][level], change)
  }
  low = s[4] -> conv_bn_relu(1, 48)
  high = (s[-1] -> aspp(256), low) -> fit
  y = concat([high, low])
    -> conv_bn_relu(3, 256)
    -> dropout(0.5)
    -> conv_bn_relu(3, 256)
    -> dropout(0.1)
    -> conv(1, out = classes, bias = true)
  out (y, picture) -> fit
}
