space fbnet "FBNet (Wu et al.; CVPR 2019)"
# A chain of 22 layers, each one of 9 blocks: 9^22. A block widens e times, filters and narrows; at e = 1
# there is no widening unless it is grouped, and the group convolutions are shuffled. `skip` may stand
# anywhere: it is the identity where size and width stay, else a 1x1 convolution. Convolutions have a
# bias before their batch norm, as in the released FBNet-A, B and C.
import "lib_mobile.nas"

param size = 224, classes = 1000, head = 1984

motif biased(k, c, stride = 1, groups = 1) = conv(
  k,
  out = c,
  stride = stride,
  groups = groups,
  bias = true
)
  -> bn

motif shuffle(groups) = identity if groups == 1 else channel_shuffle(groups)

motif ir(c, k, e, stride, groups = 1) = graph (x) {
  wide = x
    if e == 1 and groups == 1
    else x -> biased(1, e * channels(x), groups = groups) -> relu -> shuffle(groups)
  y = wide
    -> dw_conv(k, stride = stride, bias = true)
    -> bn
    -> relu
    -> biased(1, c, groups = groups)
  out sum([x, y]) if stride == 1 and channels(x) == c else y
}

motif skip(c, stride) = graph (x) {
  out x if stride == 1 and channels(x) == c else x -> biased(1, c, stride) -> relu
}

motif layer(c, stride) = one of {
  k3_e1:    ir(c, 3, 1, stride)
  k3_e1_g2: ir(c, 3, 1, stride, 2)
  k3_e3:    ir(c, 3, 3, stride)
  k3_e6:    ir(c, 3, 6, stride)
  k5_e1:    ir(c, 5, 1, stride)
  k5_e1_g2: ir(c, 5, 1, stride, 2)
  k5_e3:    ir(c, 5, 3, stride)
  k5_e6:    ir(c, 5, 6, stride)
  skip:     skip(c, stride)
}

motif stage(c, n, stride) = repeat n as i { layer(c, stride if i == 0 else 1) }

network = image(3, size, size) -> biased(3, 16, 2) -> relu
  -> stage(16, 1, 1) -> stage(24, 4, 2) -> stage(32, 4, 2) -> stage(64, 4, 2)
  -> stage(112, 4, 1) -> stage(184, 4, 2) -> stage(352, 1, 1)
  -> biased(1, head) -> relu -> global_avg_pool -> linear(classes)

encoding fbnet tight "the blocks of 22 layers (CVPR 2019)" {
  code  = "{block ' ' ...}"
  block = "k3_e1"
    | "k3_e1_g2"
    | "k3_e3"
    | "k3_e6"
    | "k5_e1"
    | "k5_e1_g2"
    | "k5_e3"
    | "k5_e6"
    | "skip"
  require len(code) == 22 "the network has 22 layers"
}

encode fbnet = [`stage/repeat[0]`]
  + [`stage#{s}/repeat[{i}]` for s in 2..6 for i in 0..3]
  + [`stage#7/repeat[0]`]
