space code_regnet "RegNetX and RegNetY by their rule of widths (Radosavovic et al.; CVPR 2020)"
# The width of block i is W0 + WA * i, brought to the nearest W0 * WM^k and to a multiple of 8; equal widths
# are a stage, whose first block has stride 2. Groups are GROUP_W wide, or as wide as the block if that is
# less, and the width is made a multiple of them. SE reduces to a quarter of the block's input.
import "lib_mobile.nas"

encoding regnet json "RegNet: quantised linear widths (Radosavovic et al. 2020)" {
  code   = "{{{fields, ...}}}"
  fields = {
    DEPTH: "'DEPTH': {int}"
    W0: "'W0': {int}"
    WA: "'WA': {number}"
    WM: "'WM': {number}"
    GROUP_W: "'GROUP_W': {int}"
    SE_ON: "'SE_ON': {bool}" = false
  }
  require code.DEPTH >= 1 and code.W0 >= 8 and code.W0 % 8 == 0
    "DEPTH is positive, W0 a multiple of 8"
  require code.WA >= 0 and code.WM > 1 "WA is not negative, and WM more than 1"
  require code.GROUP_W >= 1 "GROUP_W is positive"
}

param code: regnet = "{'DEPTH': 13, 'W0': 24, 'WA': 36.44, 'WM': 2.49, 'GROUP_W': 8}"
param size = 224, classes = 1000

let widths = [
  8
    * round(
      code.W0 * pow(code.WM, round(log((code.W0 + code.WA * i) / code.W0) / log(code.WM))) / 8
    )
  for i in 0..code.DEPTH-1
]

motif conv_bn(k, c, stride = 1, groups = 1) = conv(k, out = c, stride = stride, groups = groups)
  -> bn

motif block(c, group, stride) = graph (x) {
  excite = squeeze_excite(round(channels(x) / 4.0)) if code.SE_ON else identity
  y = x
    -> conv_bn(1, c)
    -> relu
    -> conv_bn(3, c, stride, c / group)
    -> relu
    -> excite
    -> conv_bn(1, c)
  past = x if stride == 1 and channels(x) == c else x -> conv_bn(1, c, stride)
  out sum([past, y]) -> relu
}

network = image(3, size, size)
  -> conv_bn(3, 32, 2)
  -> relu
  -> chain([
    block(round(w / (1.0*group)) * group, group, 2 if i == 0 or w != widths[max(0, i - 1)] else 1)
    for i, w in widths
    for group in [min(code.GROUP_W, w)]
  ])
  -> global_avg_pool
  -> linear(classes)
