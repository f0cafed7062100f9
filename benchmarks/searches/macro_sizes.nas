space macro_sizes "NAS-Bench-Macro, its layers as sizes"
# The same networks as in spaces/nasbench_macro.nas, in the same order: there a layer is one of three
# blocks, here a size from 0 to 2, so that larger networks are above smaller ones (partial order pruning).
import "lib_mobile.nas"

param C = 32, size = 32, classes = 10

motif block(large, c, stride) = case large {
  0: conv(1, out = c, stride = stride) -> bn if stride > 1 else identity
  1: mbconv(c, 3, 3, stride, act = relu)
  2: mbconv(c, 5, 6, stride, act = relu)
}

motif stage(c, layers) = repeat layers as i { block(any 0..2, c, 2 if i == 0 else 1) }

network = image(3, size, size)
  -> conv_act(C, 3, act = relu)
  -> stage(2*C, 2)
  -> stage(4*C, 3)
  -> stage(8*C, 3)
  -> mobile_head(1280, classes, act = relu)
