space mobilenet_v3_large "MobileNetV3-large (Howard et al.; ICCV 2019), as torchvision has it"
import "lib_mobile.nas"

param size = 224, classes = 1000

let norm = bn(eps = 0.001, momentum = 0.01)

motif block(c, k, e, stride, act, inner = identity) = mbconv(
  c,
  k,
  e,
  stride,
  act = act,
  norm = norm,
  inner = inner
)

network = image(3, size, size)
  -> conv_act(16, 3, 2, act = hard_swish, norm = norm)
  -> block(16, 3, 1, 1, relu)
  -> block(24, 3, 4, 2, relu)
  -> block(24, 3, 3, 1, relu)
  -> block(40, 5, 3, 2, relu, squeeze_quarter)
  -> block(40, 5, 3, 1, relu, squeeze_quarter)
  -> block(40, 5, 3, 1, relu, squeeze_quarter)
  -> block(80, 3, 6, 2, hard_swish)
  -> block(80, 3, 2.5, 1, hard_swish)
  -> block(80, 3, 2.3, 1, hard_swish)
  -> block(80, 3, 2.3, 1, hard_swish)
  -> block(112, 3, 6, 1, hard_swish, squeeze_quarter)
  -> block(112, 3, 6, 1, hard_swish, squeeze_quarter)
  -> block(160, 5, 6, 2, hard_swish, squeeze_quarter)
  -> block(160, 5, 6, 1, hard_swish, squeeze_quarter)
  -> block(160, 5, 6, 1, hard_swish, squeeze_quarter)
  -> conv_act(960, 1, act = hard_swish, norm = norm)
  -> global_avg_pool
  -> linear(1280)
  -> hard_swish
  -> dropout(0.2)
  -> linear(classes)
