space code_atomnas "An AtomNAS configuration (Mei et al.; ICLR 2020)"
# A row: channels, repetitions, stride, kernels, the width of each kernel's branch, whether it is expanded
# to. Branches widen, convolve depthwise and narrow; their sum has one batch norm. A row without branches
# is no layer. fused = true is AtomNAS+: the branches join before they narrow, with squeeze-excite between,
# and swish is the activation instead of active_fn.
import "lib_mobile.nas"

encoding atomnas json "AtomNAS: rows [channels, n, stride, kernels, widths, expand] (2020)" {
  code = "{{{net, ...}}}"
  net  = {
    input_channel: "'input_channel': {int}"
    last_channel: "'last_channel': {int}"
    width_mult: "'width_mult': {number}" = 1.0
    round_nearest: "'round_nearest': {int}" = 8
    active_fn: "'active_fn': {text}" = "nn.ReLU"
    num_classes: "'num_classes': {int}" = 1000
    rows: "'inverted_residual_setting': [{row, ...}]"
  }
  row  = "[{c: int}, {n: int}, {stride: int}, [{kernels: int, ...}], [{widths: int, ...}], {expand: bool}]"
  require len(row.kernels) == len(row.widths) for row in code.rows "a width for each kernel"
  require code.width_mult == 1 "only the width 1.0 of the searched networks is known"
}

param code: atomnas = """{
  "input_channel": 16, "last_channel": 1280, "inverted_residual_setting": [
    [16, 1, 1, [3], [16], false], [24, 1, 2, [3, 5, 7], [16, 12, 9], true],
    [24, 1, 1, [3, 5, 7], [19, 2, 1], true], [24, 1, 1, [3, 5, 7], [9, 7, 1], true],
    [24, 1, 1, [3, 5], [14, 1], true], [40, 1, 2, [3, 5, 7], [46, 49, 50], true],
    [40, 1, 1, [3, 5, 7], [27, 19, 14], true], [40, 1, 1, [3, 5, 7], [22, 11, 3], true],
    [40, 1, 1, [3, 5, 7], [30, 14, 3], true], [80, 1, 2, [3, 5, 7], [127, 130, 111], true],
    [80, 1, 1, [3, 5, 7], [33, 25, 45], true], [80, 1, 1, [3, 5, 7], [38, 12, 34], true],
    [80, 1, 1, [3, 5, 7], [53, 23, 19], true], [96, 1, 1, [3, 5, 7], [344, 196, 168], true],
    [96, 1, 1, [3, 5, 7], [44, 18, 27], true], [96, 1, 1, [3, 5, 7], [37, 29, 18], true],
    [96, 1, 1, [3, 5, 7], [52, 21, 24], true], [192, 1, 2, [3, 5, 7], [381, 364, 342], true],
    [192, 1, 1, [3, 5, 7], [123, 76, 162], true], [192, 1, 1, [3, 5, 7], [179, 107, 212], true],
    [192, 1, 1, [3, 5, 7], [238, 111, 171], true], [320, 1, 1, [3, 5, 7], [654, 495, 546], true]
  ]
}"""
param size = 224, fused = false, bn_eps = 1e-3, bn_momentum = 0.01

motif act = silu
  if fused
  else case code.active_fn {
    "nn.ReLU":   relu
    "nn.ReLU6":  relu6
    "nn.Swish":  silu
    "nn.HSwish": hard_swish
  }
motif norm = bn(eps = bn_eps, momentum = bn_momentum)

motif branch(k, width, expand, stride) = (
  conv_act(width, 1, act = act, norm = norm) if expand else identity
)
  -> dw_conv(k, stride = stride)
  -> norm
  -> act

motif block(row, stride) = graph (x) {
  branches = [branch(k, row.widths[i], row.expand, stride) for i, k in row.kernels]
  when fused {
    y = x
      -> concat(branches)
      -> squeeze_excite(round(channels(x) * 0.5), act = silu)
      -> conv(1, out = row.c)
      -> norm
  } else {
    y = x -> sum([b -> conv(1, out = row.c) for b in branches]) -> norm
  }
  out sum([x, y]) if stride == 1 and channels(x) == row.c else y
}

motif rows(row) = identity
  if len(row.kernels) == 0
  else chain([block(row, row.stride if i == 1 else 1) for i in 1..row.n])

network = image(3, size, size)
  -> conv_act(code.input_channel, 3, 2, act = act, norm = norm)
  -> chain([rows(row) for row in code.rows])
  -> mobile_head(code.last_channel, code.num_classes, act = act, norm = norm)
