space code_mobile_vision "An FBNet configuration of mobile-vision (Wu et al.; CVPR 2019, 2020, 2021)"
# A stage is a list of blocks [operator, channels, stride, repeats, {expansion}, {more}, …]. ir_k5_g2_sehsig_hs
# is an inverted residual with its kernel, groups of its first convolution (whose channels are shuffled, also
# if it is left out), squeeze-excite and h-swish; pwl_groups are those of its last convolution. Nothing is
# widened where that changes nothing; widths inside are multiples of 8, not below 95 % of the product. Biases stand
# before batch norms where the text says so, and in the convolutions at both ends. skip is an identity, or a
# 1x1 convolution where the channels change; ir_pool ends the network.
import "lib_mobile.nas"

encoding mobile_vision json "FBNet: blocks [operator, channels, stride, repeats, {expansion}, …] of each stage (2019)" {
  code  = "{{{net, ...}}}"
  net   = {
    input_size: "'input_size': {int}"
    basic_args: "'basic_args': {{'width_divisor': {int}}}" = 8
    blocks: "'blocks': [{stage, ...}]"
  }
  stage = "[{block, ...}]"
  block = "['{op}', {c: int}, {stride: int}, {n: int}{args ...}]"
  op    = skip: "skip"
    | conv: "conv_k{k: int}{tags: tag ...}"
    | ir: "ir_k{k: int}{tags: tag ...}"
    | pool: "ir_pool{tags: tag ...}"
  tag   = "_g2" as "g2" | "_sehsig" as "se" | "_hs" as "hs"
  args  = ", {{{pairs, ...}}}"
  pairs = {
    expansion: "'expansion': {number}" = none
    bias: "'bias': {bool}" = none
    pwl_groups: "'pwl_groups': {int}" = none
    less_se_channels: "'less_se_channels': {bool}" = none
    zero_last_bn_gamma: "'zero_last_bn_gamma': {bool}" = none
    dw_args: "'dw_args': {{'padding': [{height: int}, {width: int}]}}" = none
  }
  require block.stride in [1, 2] and block.n >= 1
    for stage in code.blocks
    for block in stage
    "a stride is 1 or 2, and a block is there at least once"
}

param code: mobile_vision = """{"input_size": 224, "blocks": [
  [["conv_k3", 16, 2, 1]],
  [["ir_k3", 16, 1, 1, {"expansion": 1}, {"bias": true}]],
  [["ir_k3", 24, 2, 1, {"expansion": 6}, {"bias": true}], ["skip", 24, 1, 1, {"expansion": 1}, {"bias": true}],
   ["ir_k3", 24, 1, 1, {"expansion": 1}, {"bias": true}], ["ir_k3", 24, 1, 1, {"expansion": 1}, {"bias": true}]],
  [["ir_k5", 32, 2, 1, {"expansion": 6}, {"bias": true}], ["ir_k5", 32, 1, 1, {"expansion": 3}, {"bias": true}],
   ["ir_k5", 32, 1, 1, {"expansion": 6}, {"bias": true}], ["ir_k3", 32, 1, 1, {"expansion": 6}, {"bias": true}]],
  [["ir_k5", 64, 2, 1, {"expansion": 6}, {"bias": true}], ["ir_k5", 64, 1, 1, {"expansion": 3}, {"bias": true}],
   ["ir_k5", 64, 1, 1, {"expansion": 6}, {"bias": true}], ["ir_k5", 64, 1, 1, {"expansion": 6}, {"bias": true}],
   ["ir_k5", 112, 1, 1, {"expansion": 6}, {"bias": true}], ["ir_k5", 112, 1, 1, {"expansion": 6}, {"bias": true}],
   ["ir_k5", 112, 1, 1, {"expansion": 6}, {"bias": true}], ["ir_k5", 112, 1, 1, {"expansion": 3}, {"bias": true}]],
  [["ir_k5", 184, 2, 1, {"expansion": 6}, {"bias": true}], ["ir_k5", 184, 1, 1, {"expansion": 6}, {"bias": true}],
   ["ir_k5", 184, 1, 1, {"expansion": 6}, {"bias": true}], ["ir_k5", 184, 1, 1, {"expansion": 6}, {"bias": true}],
   ["ir_k3", 352, 1, 1, {"expansion": 6}, {"bias": true}]],
  [["conv_k1", 1984, 1, 1]]
]}"""
param size = code.input_size, classes = 1000

motif act(tags) = hard_swish if "hs" in tags else relu
motif given(values, default) = found[0] if found else default
  where found = [v for v in values if v != none]

motif inverted(op, args, c, stride) = graph (x) {
  i = channels(x)
  bias = given([a.bias for a in args], false)
  mid = rounded(i * given([a.expansion for a in args], 1), 0.95)
  groups = given([a.pwl_groups for a in args], 1)
  parts = 2 if "g2" in op.tags else 1
  wide = x
    if mid == i
    else x -> conv(1, out = mid, groups = parts, bias = bias) -> bn -> act(op.tags)
  mixed = wide -> channel_shuffle(2) if parts == 2 else wide
  pads = given([a.dw_args for a in args], none)
  deep = mixed
    -> dw_conv(
      op.k,
      stride = stride,
      bias = bias,
      pad = "same" if pads == none else [pads.height, pads.width]
    )
    -> bn
    -> act(op.tags)
  less = given([a.less_se_channels for a in args], false)
  hidden = rounded((i if less else mid) / 4.0, 0.95)
  seen = deep -> squeeze_excite(hidden, act = act(op.tags), gate = hard_sigmoid)
    if "se" in op.tags
    else deep
  y = seen -> conv(1, out = c, groups = groups, bias = bias) -> bn
  out sum([x, y]) if stride == 1 and i == c else y
}

motif block(b, stride) = graph (x) {
  i = channels(x)
  y = x
    -> case b.op.kind {
      skip: identity
        if stride == 1 and i == b.c
        else conv(1, out = b.c, stride = stride) -> bn -> relu
      conv: conv(b.op.k, out = b.c, stride = stride, bias = true) -> bn -> act(b.op.tags)
      ir:   inverted(b.op, b.args, b.c, stride)
      pool: conv(1, out = rounded(i * given([a.expansion for a in b.args], 1), 0.95))
        -> bn
        -> act(b.op.tags)
        -> global_avg_pool
        -> linear(b.c, bias = false)
        -> act(b.op.tags)
    }
  out y
}

let pooled = code.blocks[-1][-1].op.kind == "pool"

network = image(3, size, size)
  -> chain([
    block(b, b.stride if n == 1 else 1)
    for stage in code.blocks
    for b in stage
    for n in 1..b.n
  ])
  -> (identity if pooled else global_avg_pool)
  -> linear(classes)
