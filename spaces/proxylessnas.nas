space proxylessnas "ProxylessNAS (Cai, Zhu, Han; ICLR 2019)"
# A chain of 21 inverted residuals in stages of 4, 4, 4, 4, 4 and 1; each chooses kernel and expansion, and
# may be left out where size and width stay: 6^6 * 7^15. The first block is fixed and does not expand.
# The released mobile network has w1 = 32.
import "lib_mobile.nas"

param stem = 32, first = 16, w1 = 24, w2 = 40, w3 = 80, w4 = 96, w5 = 192, w6 = 320
param head = 1280, size = 224, classes = 1000

motif norm = bn(eps = 0.001)

motif block(c, stride, skippable) = one of {
  "3x3_MBConv3": mbconv(c, 3, 3, stride, norm = norm)
  "3x3_MBConv6": mbconv(c, 3, 6, stride, norm = norm)
  "5x5_MBConv3": mbconv(c, 5, 3, stride, norm = norm)
  "5x5_MBConv6": mbconv(c, 5, 6, stride, norm = norm)
  "7x7_MBConv3": mbconv(c, 7, 3, stride, norm = norm)
  "7x7_MBConv6": mbconv(c, 7, 6, stride, norm = norm)
  Zero if skippable: identity
}

motif stage(c, n, stride) = repeat n as i { block(c, stride if i == 0 else 1, i > 0) }

network = image(3, size, size)
  -> conv_act(stem, 3, 2, norm = norm)
  -> mbconv(first, 3, 1, norm = norm)
  -> stage(w1, 4, 2)
  -> stage(w2, 4, 2)
  -> stage(w3, 4, 2)
  -> stage(w4, 4, 1)
  -> stage(w5, 4, 2)
  -> stage(w6, 1, 1)
  -> mobile_head(head, classes, norm = norm)

encoding proxylessnas tight "the blocks of 21 layers (ICLR 2019)" {
  code  = "{block ' ' ...}"
  block = "3x3_MBConv3"
    | "3x3_MBConv6"
    | "5x5_MBConv3"
    | "5x5_MBConv6"
    | "7x7_MBConv3"
    | "7x7_MBConv6"
    | "Zero"
  require len(code) == 21 "the network has 21 layers behind the first block"
}

encode proxylessnas = [`stage/repeat[{i}]` for i in 0..3]
  + [`stage#{s}/repeat[{i}]` for s in 2..5 for i in 0..3]
  + [`stage#6/repeat[0]`]
