space code_moga "The rows of a MoGA network (Chu, Zhang, Xu; ICASSP 2020)"
# A row is an inverted residual: expansion, output channels, kernel, stride, activation (0 ReLU, 1 h-swish)
# and whether squeeze-excite, with the same activation, follows its depthwise convolution. Stem and tail are
# those of MobileNetV3.
import "lib_mobile.nas"

encoding moga python "MoGA: rows [expansion, channels, kernel, stride, h-swish, squeeze-excite] (2020)" {
  code = "[{row, ...}]"
  row  = "[{e: int}, {out: int}, {k: int}, {stride: int}, {act: flag}, {se: flag}]"
  flag = "0" as false | "1" as true
  require len(code) > 0 "a network has at least one row"
  require row.stride in [1, 2] and row.k % 2 == 1
    for row in code
    "a stride is 1 or 2, a kernel is odd"
}

param code: moga = """[
  [6, 24, 5, 2, 0, 0], [6, 24, 7, 1, 0, 0], [6, 40, 3, 2, 0, 0], [6, 40, 3, 1, 0, 1], [3, 40, 3, 1, 0, 1],
  [6, 80, 3, 2, 1, 1], [6, 80, 3, 1, 1, 0], [6, 80, 7, 1, 1, 0], [3, 80, 7, 1, 1, 1], [6, 112, 7, 1, 1, 0],
  [6, 112, 3, 1, 1, 0], [6, 160, 3, 2, 1, 0], [6, 160, 5, 1, 1, 1], [6, 160, 5, 1, 1, 1]
]"""
param size = 224, classes = 1000

motif block(r, act) = mbconv(
  r.out,
  r.k,
  r.e,
  r.stride,
  act = act,
  inner = excite_part(4, act) if r.se else identity
)
motif row(r) = block(r, hard_swish if r.act else relu)

network = image(3, size, size)
  -> mobile_stem(16, 16, act = hard_swish, deep_act = relu)
  -> chain([row(r) for r in code])
  -> conv_act(960, 1, act = hard_swish)
  -> global_avg_pool
  -> linear(1280, bias = false)
  -> hard_swish
  -> linear(classes)
