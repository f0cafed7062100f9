space code_plainnet "A PlainNet string of ZenNAS (Lin et al.; ICCV 2021)"
# Blocks one after the other, each with its input and output channels, the stride of its first layer, the
# width of its bottleneck and how often it is repeated (SuperConv has no bottleneck). A repetition of K1KxK1
# is two bottlenecks, of IDW two inverted residuals: to the width of the bottleneck, and on to the output.
# The shortcut of a block's first residual is always a 1x1 convolution (with bias) and a batch norm, others
# only where shapes differ. The published sizes of the 400M and 600M models leave out their squeeze-excite.
encoding plainnet tight "PlainNet: super blocks in a row (ZenNAS, 2021)" {
  code  = "{block ...}"
  block = conv: "SuperConvK{k: int}BNRELU({in: int},{out: int},{stride: int},{n: int})"
    | bottleneck: "SuperResK1K{k: int}K1({in: int},{out: int},{stride: int},{mid: int},{n: int})"
    | basic: "SuperResK{k: int}K{k2: int}({in: int},{out: int},{stride: int},{mid: int},{n: int})"
    | inverted: "SuperResIDWE{e: int}K{k: int}({in: int},{out: int},{stride: int},{mid: int},{n: int})"
  require i == 0 or block.in == code[i-1].out
    for i, block in code
    "the block reads {block.in} channels, the one before it gives {code[i-1].out}"
  require block.kind != "basic" or block.k == block.k2 for block in code "the two kernels are equal"
  require block.stride in [1, 2] and block.n >= 1
    for block in code
    "a stride is 1 or 2, and a block is there at least once"
}

param code: plainnet = "SuperConvK3BNRELU(3,64,1,1)SuperResK1K5K1(64,168,1,16,3)SuperResK1K3K1(168,80,2,32,4)SuperResK1K5K1(80,112,2,16,3)SuperResK1K5K1(112,144,1,24,3)SuperResK1K3K1(144,32,2,40,1)SuperConvK1BNRELU(32,512,1,1)"
param size = 32, classes = 10, use_se = false

motif conv_bn(k, c, stride = 1) = conv(k, out = c, stride = stride) -> bn
motif gate(hidden) = graph (x) {
  out mul([
      x,
      x -> global_avg_pool
        -> linear(hidden, bias = false)
        -> bn
        -> relu
        -> linear(channels(x), bias = false)
        -> bn
        -> sigmoid
    ])
}
motif excite = graph (x) {
  out x -> gate(round(channels(x) / 4.0)) if use_se else x
}

motif residual(body, c, stride, project) = graph (x) {
  y = x -> body
  past = x -> conv(1, out = c, stride = stride, bias = true) -> bn
    if project or stride > 1 or channels(x) != c
    else x
  out sum([y, past]) -> relu
}

motif bottleneck(k, mid, c, stride) = conv_bn(1, mid)
  -> relu
  -> conv_bn(k, mid, stride)
  -> relu
  -> excite
  -> conv_bn(1, c)
motif basic(k, mid, c, stride) = conv_bn(k, mid, stride) -> relu -> excite -> conv_bn(k, c)
motif inverted(k, wide, c, stride) = conv_bn(1, wide)
  -> relu
  -> dw_conv(k, stride = stride)
  -> bn
  -> relu
  -> excite
  -> conv_bn(1, c)

# The residuals of one repetition; the first has the stride.
motif layer(b, stride, first) = case b.kind {
  conv:       conv_bn(b.k, b.out, stride) -> relu
  basic:      residual(basic(b.k, b.mid, b.out, stride), b.out, stride, first)
  bottleneck: residual(bottleneck(b.k, b.mid, b.out, stride), b.out, stride, first)
    -> residual(bottleneck(b.k, b.mid, b.out, 1), b.out, 1, false)
  inverted:   residual(
    inverted(b.k, divisible(b.e * b.mid, 8), b.mid, stride),
    b.mid,
    stride,
    first
  )
    -> residual(inverted(b.k, divisible(b.e * b.out, 8), b.out, 1), b.out, 1, false)
}

network = image(code[0].in, size, size)
  -> chain([layer(b, b.stride if i == 1 else 1, i == 1) for b in code for i in 1..b.n])
  -> global_avg_pool
  -> linear(classes)
