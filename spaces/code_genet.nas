space code_genet "A PlainNet string of GENet (Lin et al.; 2020)"
# As in ZenNAS, blocks one after the other, but with other arguments: input and output channels, kernel,
# stride, width of the bottleneck as a factor of the output, repetitions. A repetition is one residual,
# whose shortcut is a 1x1 convolution without bias and a batch norm where shapes differ. The names that the
# official texts give the blocks (uuid…|) mean nothing.
encoding genet tight "PlainNet with names of blocks (GENet, 2020)" {
  code  = "{block ...}"
  block = conv: "ConvKX({id}{in: int},{out: int},{k: int},{stride: int})"
    | bn: "BN({id}{out: int})"
    | relu: "RELU({id}{out: int})"
    | basic: "SuperResKXKX({id}{in: int},{out: int},{k: int},{stride: int},{e: number},{n: int})"
    | bottleneck: "SuperResK1KXK1({id}{in: int},{out: int},{k: int},{stride: int},{e: number},{n: int})"
    | inverted: "SuperResK1DWK1({id}{in: int},{out: int},{k: int},{stride: int},{e: number},{n: int})"
    | pool: "AdaptiveAvgPool({id}{out: int},{to: int})"
  id    = "uuid{alnum}|" | ""
  require block.kind != "pool" or block.to == 1 for block in code "only pooling to 1 x 1 is known"
}

param code: genet = "ConvKX(3,13,3,2)BN(13)RELU(13)SuperResKXKX(13,48,3,2,1.0,1)SuperResKXKX(48,48,3,2,1.0,3)SuperResK1KXK1(48,384,3,2,0.25,7)SuperResK1DWK1(384,560,3,2,3.0,2)SuperResK1DWK1(560,256,3,1,3.0,1)ConvKX(256,1920,1,1)BN(1920)RELU(1920)AdaptiveAvgPool(1920,1)"
param size = 192, classes = 1000

motif conv_bn(k, c, stride = 1) = conv(k, out = c, stride = stride) -> bn

motif residual(body, c, stride) = graph (x) {
  y = x -> body
  past = x if stride == 1 and channels(x) == c else x -> conv_bn(1, c, stride)
  out sum([y, past]) -> relu
}

motif bottleneck(k, mid, c, stride) = conv_bn(1, mid)
  -> relu
  -> conv_bn(k, mid, stride)
  -> relu
  -> conv_bn(1, c)
motif inverted(k, mid, c, stride) = conv_bn(1, mid)
  -> relu
  -> dw_conv(k, stride = stride)
  -> bn
  -> relu
  -> conv_bn(1, c)
motif basic(k, mid, c, stride) = conv_bn(k, mid, stride) -> relu -> conv_bn(k, c)

motif super(b, body) = chain([
  residual(body(b.k, int(b.e * b.out), b.out, stride), b.out, stride)
  for i in 1..b.n
  for stride in [b.stride if i == 1 else 1]
])

motif layer(b) = case b.kind {
  conv:       conv(b.k, out = b.out, stride = b.stride)
  bn:         bn
  relu:       relu
  basic:      super(b, basic)
  bottleneck: super(b, bottleneck)
  inverted:   super(b, inverted)
  pool:       global_avg_pool
}

network = image(3, size, size) -> chain([layer(b) for b in code]) -> linear(classes)
