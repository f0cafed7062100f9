# Mobile networks as lists of block strings, after timm's builder of EfficientNet and MobileNetV3.
#
# A stage is a list of strings, a string a type of block with its arguments: r repeats, k kernel (k3.5: the
# channels are split over kernels), s stride (of the first block of a stage), e expansion, c channels, se
# squeeze-excite, a and p kernels of the convolutions that widen and narrow, n activation.
import "lib_mobile.nas"

encoding timm python "block strings of timm: ir_r2_k3_s2_e6_c24_se0.25 … (EfficientNet, MobileNetV3, …)" {
  code   = "[{stage, ...}]"
  stage  = "[{block, ...}]"
  block  = "'{type}_{args _ ...}'"
  type   = "cn" | "ds" | "dsa" | "ir" | "er" | "uir" | "mqa"
  args   = {
    r: "r{int}" = 1
    k: "k{kernel . ...}" = [3]
    a: "a{kernel . ...}" = []
    p: "p{kernel . ...}" = []
    h: "h{int}" = 1
    s: "s{int}" = 1
    v: "v{int}" = 1
    d: "d{int}" = 0
    e: "e{number}" = 1
    fc: "fc{int}" = 0
    c: "c{int}"
    se: "se{number}" = 0
    n: "n{act}" = ""
    noskip: "noskip" = false
    skip: "skip" = false
  }
  kernel = int
  act    = "re" | "r6" | "hs" | "sw" | "mi"
  require len(code) > 0 "a network has at least one stage"
  require len(stage) > 0 for stage in code "a stage has at least one block"
  require block.args.r >= 1 and block.args.c >= 1 and block.args.s in [1, 2]
    for stage in code
    for block in stage
    "repeats and channels are positive, a stride is 1 or 2"
  require block.type == "uir" or len([k for k in block.args.k if k%2 == 0]) == 0
    for stage in code
    for block in stage
    "kernels are odd"
}

# How a network is made of the strings. Channels and repeats are scaled by wider and deeper.
param wider = 1.0, deeper = 1.0, depth_round = "ceil", fix_first_last = false, round_limit = 0.9
param act_layer = "SiLU", scale_init = 0.0, head_bias = true, head_norm = false
# tf_… networks have bn_eps = 1e-3 and pads = "tf".
param bn_eps = 1e-5, bn_momentum = 0.1, pads = "same"
# Squeeze-excite: its ratio is of the channels inside the block, or of those that come in; rounded to 8 or 1.
param se_of_wide = false, se_round = 1, se_own_act = true, se_gate = "sigmoid"

# How often each string of a stage is repeated when the stage has `total` blocks: from the last one on.
motif last_of(repeats, total) = max(1, round(1.0 * repeats[-1] / sum(repeats) * total))
motif spread(repeats, total) = spread(repeats[..-2], total - last_of(repeats, total))
  + [last_of(repeats, total)]
  if repeats
  else []

motif activation(name) = case name {
  "": act
  re: relu
  r6: relu6
  hs: hard_swish
  sw: silu
  mi: mish
}
let act = case act_layer {
  ReLU:      relu
  ReLU6:     relu6
  Hardswish: hard_swish
  SiLU:      silu
}

let norm = bn(eps = bn_eps, momentum = bn_momentum)

motif excite(ratio, e, act) = graph (x) {
  v = channels(x) * (ratio if se_of_wide else 1.0*ratio/e)
  hidden = rounded(v, round_limit) if se_round == 8 else round(v)
  gate = hard_sigmoid if se_gate == "hard_sigmoid" else sigmoid
  out x -> squeeze_excite(hidden, act = act if se_own_act else relu, gate = gate)
      if ratio > 0
      else x
}

motif separable(b, c, stride, act) = graph (x) {
  y = x
    -> deep(b.k, stride, pads)
    -> norm
    -> act
    -> excite(b.se, 1, act)
    -> point(c, b.p if b.p else [1], pads)
    -> norm
  out sum([y, x]) if stride == 1 and channels(x) == c and not b.noskip else y
}
# With an activation at the end it is never a residual (MobileNetV1, LCNet).
motif activated(b, c, stride, act) = deep(b.k, stride, pads)
  -> norm
  -> act
  -> excite(b.se, 1, act)
  -> point(c, b.p if b.p else [1], pads)
  -> norm
  -> act
motif inverted(b, c, stride, act) = graph (x) {
  y = x
    -> point(rounded(channels(x) * b.e), b.a if b.a else [1], pads)
    -> norm
    -> act
    -> deep(b.k, stride, pads)
    -> norm
    -> act
    -> excite(b.se, b.e, act)
    -> point(c, b.p if b.p else [1], pads)
    -> norm
  out sum([y, x]) if stride == 1 and channels(x) == c and not b.noskip else y
}
motif edge(b, c, stride, act) = graph (x) {
  from = rounded(wider * b.fc, round_limit) if b.fc > 0 else channels(x)
  y = x
    -> conv(b.k[0], out = rounded(from * b.e), stride = stride, pad = pads)
    -> norm
    -> act
    -> excite(b.se, b.e, act)
    -> conv(1, out = c)
    -> norm
  out sum([y, x]) if stride == 1 and channels(x) == c and not b.noskip else y
}
motif plain(b, c, stride, act) = graph (x) {
  y = x -> conv(b.k[0], out = c, stride = stride, pad = pads) -> norm -> act
  out sum([y, x]) if stride == 1 and channels(x) == c and b.skip else y
}

# MobileNetV4: depthwise convolutions before and after the expansion and at the end, each only if its
# kernel is above 0.
motif deep_if(k, stride) = dw_conv(k, stride = stride, pad = pads) -> norm if k > 0 else identity
motif universal(b, c, stride, act) = graph (x) {
  first = b.a[0] if b.a else 0
  mid = b.k[0]
  last = b.p[0] if b.p else 0
  y = x
    -> deep_if(first, 1 if mid > 0 else stride)
    -> conv(1, out = rounded(channels(x) * b.e))
    -> norm
    -> act
    -> (deep_if(mid, stride) -> act if mid > 0 else identity)
    -> excite(b.se, b.e, act)
    -> conv(1, out = c)
    -> norm
    -> deep_if(last, 1 if first > 0 or mid > 0 else stride)
    -> (layer_scale(scale_init) if scale_init > 0 else identity)
  out sum([y, x]) if stride == 1 and channels(x) == c and not b.noskip else y
}

# Attention of h heads that share keys and values, which may be made smaller (MobileNetV4).
motif small(b) = graph (x) {
  out x -> dw_conv(b.k[0], stride = b.v, pad = pads) -> norm if b.v > 1 else x
}
motif multi_query(b, c) = graph (x) {
  from = x -> norm
  n = height(x) * width(x)
  q = from -> conv(1, out = b.h * b.d) -> to_sequence -> reshape([n * b.h, b.d])
  k = from -> small(b) -> conv(1, out = b.d) -> to_sequence
  v = from -> small(b) -> conv(1, out = b.d) -> to_sequence
  seen = matmul(matmul(q, k -> transpose) -> scale(1 / sqrt(b.d)) -> softmax, v)
  y = seen
    -> reshape([n, b.h * b.d])
    -> to_image(height(x), width(x))
    -> conv(1, out = c)
    -> (layer_scale(scale_init) if scale_init > 0 else identity)
  out sum([y, x]) if channels(x) == c and not b.noskip else y
}

motif block(type, b, c, stride, act) = case type {
  cn:  plain(b, c, stride, act)
  ds:  separable(b, c, stride, act)
  dsa: activated(b, c, stride, act)
  ir:  inverted(b, c, stride, act)
  er:  edge(b, c, stride, act)
  uir: universal(b, c, stride, act)
  mqa: multi_query(b, c)
}

# The blocks of one stage, with `total` blocks.
motif stage(blocks, total) = chain([
  block(b.type, b.args, rounded(wider * b.args.c, round_limit), stride, activation(b.args.n))
  for i, b in blocks
  for j in 1..spread([x.args.r for x in blocks], total)[i]
  for stride in [b.args.s if i == 0 and j == 1 else 1]
])

motif depths(code) = [
  n if last or deeper == 1 else max(1, round(scaled) if depth_round == "round" else ceil(scaled))
  for i, stage in code
  for n in [sum([b.args.r for b in stage])]
  for last in [fix_first_last and (i == 0 or i == len(code) - 1)]
  for scaled in [n * deeper]
]

motif trunk(code, stem) = conv(3, out = stem, stride = 2, pad = pads)
  -> norm
  -> act
  -> chain([stage(blocks, depths(code)[i]) for i, blocks in code])

# A 1x1 convolution before the average, or after it.
motif head_of(c, classes) = (conv(1, out = c) -> norm -> act if c > 0 else identity)
  -> global_avg_pool
  -> linear(classes)
motif late_head(c, classes) = global_avg_pool
  -> linear(c, bias = head_bias)
  -> (norm if head_norm else identity)
  -> act
  -> linear(classes)
