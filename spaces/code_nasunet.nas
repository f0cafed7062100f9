space code_nasunet "Networks of NAS-Unet genotypes (Weng et al.; IEEE Access 2019)"
# A U-net of `depth` down and depth + 1 up cells on two stems. An up cell reads the state of its size on the
# way down, and the cell before. Nodes sum two edges; operators called down_ have stride 2, those called up_
# are transposed convolutions, which make 2n - 1 of n: the smaller term is resized to the larger one. The
# stride of a down cell's first projection is 2. Group norms have 16 channels a group; the one of the
# last convolution is never applied, but counts. `conv` and `shuffle_conv` are the same in the release.
encoding nasunet python "NAS-Unet genotype (Weng et al. 2019)" {
  code  = "Genotype(down={down: pairs}, down_concat={down_concat: indices}, up={up: pairs}, up_concat={up_concat: indices})"
  pairs = "[{pair, ...}]"
  pair  = "('{op}', {state: int})"
  op    = "identity"
    | "cweight"
    | "conv"
    | "shuffle_conv"
    | "dil_conv"
    | "dep_conv"
    | "avg_pool"
    | "max_pool"
    | "down_cweight"
    | "down_conv"
    | "down_dil_conv"
    | "down_dep_conv"
    | "up_cweight"
    | "up_conv"
    | "up_dil_conv"
    | "up_dep_conv"
  require len(code.down) > 0 and len(code.down) % 2 == 0
    "a node has two edges, so their number is even and not zero"
  require len(code.up) > 0 and len(code.up) % 2 == 0
    "a node has two edges, so their number is even and not zero"
  require pair.state in 0..i/2+1
    for i, pair in code.down
    "node {i/2 + 2} reads states 0 to {i/2 + 1}, not {pair.state}"
  require pair.state in 0..i/2+1
    for i, pair in code.up
    "node {i/2 + 2} reads states 0 to {i/2 + 1}, not {pair.state}"
  require len(code.down_concat) > 0 and len(code.up_concat) > 0
    "the output joins at least one state"
  require s in 0..len(code.down)/2+1
    for s in code.down_concat
    "there are states 0 to {len(code.down)/2 + 1}"
  require s in 0..len(code.up)/2+1
    for s in code.up_concat
    "there are states 0 to {len(code.up)/2 + 1}"
}

param code: nasunet = """Genotype(
  down=[('down_conv', 1), ('down_dep_conv', 0), ('down_cweight', 1), ('down_dil_conv', 0),
        ('down_dil_conv', 1), ('down_conv', 0)], down_concat=range(2, 5),
  up=[('identity', 0), ('up_cweight', 1), ('identity', 2), ('up_cweight', 1), ('cweight', 3), ('up_conv', 1)],
  up_concat=range(2, 5))"""
param c = 32, depth = 5, in_channels = 1, classes = 2, size = 256

motif norm = graph (x) {
  n = channels(x)
  out x -> group_norm(n/16 if n%16 == 0 else 1)
}

motif act_conv(c, stride = 1) = relu -> conv(1, out = c, stride = stride) -> norm

motif gate = graph (x) {
  y = x -> global_avg_pool -> linear(channels(x) / 16) -> relu -> linear(channels(x)) -> sigmoid
  out mul([x, y])
}

motif up(dilation = 1) = deconv(3, stride = 2, dilation = dilation, pad = dilation)

motif up_depthwise = graph (x) {
  out x -> deconv(3, stride = 2, groups = channels(x), pad = 1) -> conv(1)
}

motif op(name) = case name {
  identity:      identity
  cweight:       gate
  conv:          conv(3) -> norm -> relu
  shuffle_conv:  conv(3) -> norm -> relu
  dil_conv:      conv(3, dilation = 2) -> norm -> relu
  dep_conv:      dw_conv(3) -> conv(1) -> norm -> relu
  avg_pool:      avg_pool(2, stride = 2, pad = "valid")
  max_pool:      max_pool(2, stride = 2, pad = "valid")
  down_cweight:  gate -> conv(3, stride = 2) -> norm
  down_conv:     conv(3, stride = 2) -> norm -> relu
  down_dil_conv: conv(3, stride = 2, dilation = 2) -> norm -> relu
  down_dep_conv: dw_conv(3, stride = 2) -> conv(1) -> norm -> relu
  up_cweight:    gate -> up -> norm
  up_conv:       up -> norm -> relu
  up_dil_conv:   up(2) -> norm -> relu
  up_dep_conv:   up_depthwise -> norm -> relu
}

motif add = graph (x, y) {
  when height(x) == height(y) and width(x) == width(y) {
    z = sum([x, y])
  } else when height(x) > height(y) or width(x) > width(y) {
    z = sum([x, (y, x) -> resize_like])
  } else {
    z = sum([(x, y) -> resize_like, y])
  }
  out z
}

motif cell(edges, joined, stride) = graph (a, b) {
  s = [a -> act_conv(c, stride), b -> act_conv(c)]
  for i in 1..len(edges)/2 {
    e = edges[2*i-2]
    f = edges[2*i-1]
    s += (s[e.state] -> op(e.op), s[f.state] -> op(f.op)) -> add
  }
  out concat([s[i] for i in joined])
}

let down = cell(code.down, code.down_concat, 2)
let up_cell = cell(code.up, code.up_concat, 1)

network = image(in_channels, size, size) -> graph (x) {
  s = [x -> conv(1, out = 4*c) -> norm, x -> conv(3, out = 4*c, stride = 2) -> norm]
  for i in 1..depth {
    s += (s[-2], s[-1]) -> down
  }
  y = s[-1]
  for i in 0..depth {
    y = (s[-2-i], y) -> up_cell
  }
  y = y -> conv(1, out = classes)
  _unused = y -> norm
  out y
}
