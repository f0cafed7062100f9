space code_slim "Networks of NASNet, PNASNet and AmoebaNet cells as released for TensorFlow (2018)"
# The default is NASNet-A mobile (4@1056: F = 1056/24). A separate reduction cell stands before the cells at
# a third and two thirds of `cells`; a text without one (PNASNet) halves in those cells themselves. With
# skip_reduction the cell after a reduction reads what the reduction read second, and not its first input.
# On ImageNet the stem ends in two reduction cells of a quarter and half of the width. The auxiliary head
# needs 8x8 (CIFAR) or larger states. `padding` and the epsilon are TensorFlow's; timm computes the same,
# but for zeros that it counts in averages of stride 2 (count_pad).
import "lib_nasnet.nas"
import "lib_slim.nas"

param code: slim = """{
  "normal": {
    "operations": ["separable_5x5_2", "separable_3x3_2", "separable_5x5_2", "separable_3x3_2", "avg_pool_3x3",
      "none", "avg_pool_3x3", "avg_pool_3x3", "separable_3x3_2", "none"],
    "hiddenstate_indices": [0, 1, 1, 1, 0, 1, 1, 1, 0, 0],
    "used_hiddenstates": [1, 0, 0, 0, 0, 0, 0]
  },
  "reduction": {
    "operations": ["separable_5x5_2", "separable_7x7_2", "max_pool_3x3", "separable_7x7_2", "avg_pool_3x3",
      "separable_5x5_2", "none", "avg_pool_3x3", "separable_3x3_2", "max_pool_3x3"],
    "hiddenstate_indices": [0, 1, 0, 1, 0, 1, 3, 2, 2, 0],
    "used_hiddenstates": [1, 1, 1, 0, 0, 0, 0]
  }
}"""
param F = 44, cells = 12, stem = 32, size = 224, classes = 1000, skeleton = "imagenet"
param skip_reduction = false, auxiliary = false, padding = "tf", count_pad = false

let imagenet = case skeleton { cifar: false, imagenet: true }
motif second(code) = code.reduction if code.reduction != none else code.normal
let separate = code.reduction != none
let smaller = second(code)
let norm = bn(eps = 0.001)

# A body of mid channels between 1x1 convolutions.
motif between(body, mid, c) = full(1, mid, norm = norm) -> body -> full(1, c, norm = norm)

motif average(k, stride, pad) = avg_pool(
  k,
  stride = stride,
  pad = pad,
  count_pad = count_pad and stride > 1
)

# Dilation is written, but the released code reads over it.
motif op(name, c, stride) = case name {
  none:                  pass(c, stride, norm)
  "1x1":                 full(1, c, stride, norm)
  "3x3":                 between(full(3, c/4, stride, norm, padding), c/4, c)
  "1x3_3x1":             between(factored(3, 3*c/8, stride, norm, padding), 3*c/8, c)
  "1x7_7x1":             between(factored(7, c/4, stride, norm, padding), c/4, c)
  separable_3x3_2:       separable(3, c, stride, norm, padding)
  separable_5x5_2:       separable(5, c, stride, norm, padding)
  separable_7x7_2:       separable(7, c, stride, norm, padding)
  dil_2_separable_3x3_2: separable(3, c, stride, norm, padding)
  dil_2_separable_5x5_2: separable(5, c, stride, norm, padding)
  avg_pool_3x3:          pool(average, 3, c, stride, norm, padding)
  max_pool_2x2:          pool(max_pool, 2, c, stride, norm, padding)
  max_pool_3x3:          pool(max_pool, 3, c, stride, norm, padding)
  max_pool_5x5:          pool(max_pool, 5, c, stride, norm, padding)
  max_pool_7x7:          pool(max_pool, 7, c, stride, norm, padding)
}

# What is put out of a cell: like the last state, without a ReLU.
motif put_out(c) = graph (x, last) {
  when height(x) > height(last) {
    y = x -> halve_any(c) -> norm
  } else {
    y = x if channels(x) == c else x -> conv(1, out = c) -> norm
  }
  out y
}

motif cell(lists, c, stride) = graph (before, last) {
  s = [last -> relu_conv_bn(c, norm = norm), before]
  for i in 0..len(lists.operations)/2-1 {
    s += sum([
      s[j] -> op(lists.operations[k], c, stride if j < 2 else 1)
      for k in 2*i..2*i+1
      for j in [lists.hiddenstate_indices[k]]
    ])
  }
  out concat([(x, s[-1]) -> put_out(c) for i, x in s if lists.used_hiddenstates[i] == 0])
}

motif fitted(lists, c, stride) = graph (before, last) {
  out ((before, last) -> fit_to(c, norm), last) -> cell(lists, c, stride)
}

motif auxiliary_head = relu
  -> avg_pool(5, stride = 3, pad = "valid")
  -> conv(1, out = 128)
  -> norm
  -> relu
  -> graph (x) {
    out x -> conv([height(x), width(x)], out = 768, pad = "valid")
  }
  -> norm
  -> relu
  -> flatten
  -> linear(classes)

network = image(3, size, size) -> graph (x) {
  when imagenet {
    s = [x -> conv(3, out = stem, stride = 2, pad = "valid") -> norm]
    s += (s[0], s[0]) -> cell(smaller, F/4, 2)
    s += (s[0], s[1]) -> fitted(smaller, F/2, 2)
  } else {
    s = [x -> conv(3, out = stem) -> norm]
  }
  width = F
  for i in 0..cells-1 {
    small = i == cells/3 or i == 2*cells/3
    width = 2*width if small else width
    before = s[-2] if len(s) > 1 else s[0]
    when small and separate {
      s += (before, s[-1]) -> fitted(code.reduction, width, 2)
      before = before if skip_reduction else s[-2]
    }
    body = cell(code.normal, width, 1)
      if len(s) == 1
      else fitted(code.normal, width, 2 if small and not separate else 1)
    s += (before, s[-1]) -> body
  }
  y = s[-1] -> relu -> global_avg_pool -> linear(classes)
  when auxiliary {
    middle = s[len(s)-(cells - 2*cells/3)-(2 if separate else 1)]
    out y, middle -> auxiliary_head
  } else {
    out y
  }
}

# A genotype has no word for the operators of AmoebaNet with 1x1 convolutions around others.
motif darts_op(name) = case name {
  none:            "skip_connect"
  "1x1":           "nor_conv_1x1"
  separable_3x3_2: "sep_conv_3x3"
  separable_5x5_2: "sep_conv_5x5"
  separable_7x7_2: "sep_conv_7x7"
  avg_pool_3x3:    "avg_pool_3x3"
  max_pool_3x3:    "max_pool_3x3"
}
motif darts_pairs(lists) = [
  pair(op = darts_op(name), state = slim_index(lists.hiddenstate_indices[i]))
  for i, name in lists.operations
]
motif darts_concat(lists) = [slim_index(i) for i, flag in lists.used_hiddenstates if flag == 0]

encode darts = genotype(
  normal = darts_pairs(code.normal),
  normal_concat = darts_concat(code.normal),
  reduce = darts_pairs(second(code)),
  reduce_concat = darts_concat(second(code))
)
