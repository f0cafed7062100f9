space proxylessnas "ProxylessNAS (Cai, Zhu, Han; ICLR 2019)"
# A chain of 21 inverted residuals in stages of 4, 4, 4, 4, 4 and 1; each chooses kernel and expansion, and
# may be skipped where it keeps size and width: 6^6 * 7^15. The published mobile network has 32 channels in
# the first stage (widths 1..3 of the paper's figure differ); first block without expansion.
import "lib_mobile.nas"

param stem = 32, first = 16, head = 1280, size = 224, classes = 1000

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
  -> stage(24, 4, 2)
  -> stage(40, 4, 2)
  -> stage(80, 4, 2)
  -> stage(96, 4, 1)
  -> stage(192, 4, 2)
  -> stage(320, 1, 1)
  -> mobile_head(head, classes, norm = norm)
