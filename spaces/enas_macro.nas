space enas_macro "ENAS, macro search space (Pham et al.; ICML 2018)"
# A chain of layers: each has one of 6 operators on the layer before it, and one bit for every earlier tensor
# (the stem counts): 6^12 * 2^66. The operator's output and the tensors chosen are joined and narrowed by
# a 1x1 convolution. After a third and two thirds of the layers all tensors so far are halved and doubled
# in width. `plain` makes full convolutions of the separable ones, as the released code does when it
# trains a fixed architecture (there layers = 24, C = 96).
import "lib_darts.nas"
import "lib_enas_macro.nas"

param layers = 12, C = 36, size = 32, classes = 10, plain = false

motif spatial(k, separable) = relu -> dw_conv(k) -> conv(1) -> bn
  if separable and not plain
  else relu -> conv(k) -> bn

motif op = one of {
  conv_3x3:     spatial(3, false)
  sep_conv_3x3: spatial(3, true)
  conv_5x5:     spatial(5, false)
  sep_conv_5x5: spatial(5, true)
  avg_pool_3x3: avg_pool(3)
  max_pool_3x3: max_pool(3)
}

network = image(3, size, size) -> graph (x) {
  s = [x -> conv(3, out = C) -> bn]
  width = C
  for i in 0..layers-1 {
    y = s[-1] -> relu_conv_bn(width) -> op
    when i > 0 {
      y = concat([y] + (some of s[..-2])) -> relu_conv_bn(width)
    }
    s += y
    when i == layers/3 - 1 or i == 2*layers/3 - 1 {
      width = 2*width
      s = [y -> halve(width) -> bn for y in s]
    }
  }
  out s[-1] -> global_avg_pool -> linear(classes, bias = false)
}

encode enas_macro = [
  x
  for i in 0..layers-1
  for x in [
    case `graph/i[{i}]/y/op` {
      conv_3x3:     0
      sep_conv_3x3: 1
      conv_5x5:     2
      sep_conv_5x5: 3
      avg_pool_3x3: 4
      max_pool_3x3: 5
    }
  ]
    + [1 if `graph/i[{i}]/when/then/y[{j}]` else 0 for j in 0..i-1]
]
