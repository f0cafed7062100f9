space code_attentivenas "A subnetwork of AttentiveNAS or AlphaNet (Wang et al.; CVPR, ICML 2021)"
# width: of the stem, of the stages mb1 to mb7, and of the mixing layer at the end; kernel_size, expand_ratio
# and depth of the stages. Every block has a shortcut: an average pool where it strides, a 1x1 convolution
# without batch norm where widths differ. The released networks own that convolution everywhere, used or not:
# dead_shortcuts = true counts them so.
import "lib_mobile.nas"

encoding attentivenas json "AttentiveNAS, AlphaNet: resolution, widths, kernels, expansions, depths (2021)" {
  code = "{{{net, ...}}}"
  net  = {
    resolution: "'resolution': {int}"
    width: "'width': [{int, ...}]"
    kernel_size: "'kernel_size': [{int, ...}]"
    expand_ratio: "'expand_ratio': [{int, ...}]"
    depth: "'depth': [{int, ...}]"
  }
  require len(code.width) == 9 "9 widths: the stem, seven stages, the last convolution"
  require len(code.kernel_size) == 7 "a kernel for each of the seven stages"
  require len(code.expand_ratio) == 7 "an expansion for each of the seven stages"
  require len(code.depth) == 7 "a depth for each of the seven stages"
}

param code: attentivenas = """{
  "resolution": 192, "width": [16, 16, 24, 32, 64, 112, 192, 216, 1792],
  "kernel_size": [3, 3, 3, 3, 3, 3, 3], "expand_ratio": [1, 4, 4, 4, 4, 6, 6], "depth": [1, 3, 3, 3, 3, 3, 1]
}"""
param classes = 1000, dead_shortcuts = true

let strides = [1, 2, 2, 2, 1, 2, 1]
let excited = [false, false, true, false, true, true, true]

motif block(c, k, e, stride, se) = graph (x) {
  mid = divisible(channels(x) * e, 8)
  wide = x if e == 1 else x -> conv_act(mid, 1, act = silu)
  deep = wide -> dw_conv(k, stride = stride) -> bn -> silu
  seen = deep
    -> squeeze_excite(divisible(mid/4, 8), gate = hard_sigmoid)
    if se
    else deep
  y = seen -> conv(1, out = c) -> bn
  small = x -> avg_pool(2, stride = 2) if stride == 2 else x
  projected = [small -> conv(1, out = c) for i in [0] if dead_shortcuts or channels(x) != c]
  out sum([y, small if channels(x) == c else projected[0]])
}

motif stage(i) = chain([
  block(
    code.width[i+1],
    code.kernel_size[i],
    code.expand_ratio[i],
    strides[i] if j == 1 else 1,
    excited[i]
  )
  for j in 1..code.depth[i]
])

network = image(3, code.resolution, code.resolution)
  -> conv_act(code.width[0], 3, 2, act = silu)
  -> chain([stage(i) for i in 0..6])
  -> conv_act(6 * code.width[7], 1, act = silu)
  -> global_avg_pool
  -> linear(code.width[8], bias = false)
  -> silu
  -> linear(classes)
