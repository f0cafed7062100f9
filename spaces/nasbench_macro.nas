space nasbench_macro "NAS-Bench-Macro (Su et al.; CVPR 2021)"
# Eight layers in stages of 2, 3 and 3, each one of three blocks: 3^8 = 6,561 codes, 3,969 networks (an
# identity inside a stage is no layer, so where it stands does not matter). The first layer of a stage
# halves the size and doubles the width; there the identity is a strided 1x1 convolution with batch norm.
import "lib_mobile.nas"

param C = 32, size = 32, classes = 10

motif layer(c, stride) = one of {
  "0": conv(1, out = c, stride = stride) -> bn if stride > 1 else identity
  "1": mbconv(c, 3, 3, stride, act = relu)
  "2": mbconv(c, 5, 6, stride, act = relu)
}

motif stage(c, layers) = repeat layers as i { layer(c, 2 if i == 0 else 1) }

network = image(3, size, size)
  -> conv_act(C, 3, act = relu)
  -> stage(2*C, 2)
  -> stage(4*C, 3)
  -> stage(8*C, 3)
  -> mobile_head(1280, classes, act = relu)

encoding nasbench_macro tight "eight layers: 0 identity, 1 and 2 inverted residuals (CVPR 2021)" {
  code  = "{layer ...}"
  layer = "0" | "1" | "2"
  require len(code) == 8 "the network has eight layers"
}

encode nasbench_macro = [`stage/repeat[{i}]` for i in 0..1]
  + [`stage#{s}/repeat[{i}]` for s in 2..3 for i in 0..2]
