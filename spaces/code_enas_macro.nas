space code_enas_macro "Networks of ENAS's macro search space (Pham et al.; ICML 2018)"
# The network of the release for CIFAR-10. It trains full convolutions where the search has separable ones
# (plain = false has them) and knows no text with pools. After a third and two thirds of the layers all
# tensors so far are halved and doubled in width, each by its own factorized reduction.
import "lib_darts.nas"
import "lib_enas_macro.nas"

param code: enas_macro = "0 3 0 0 1 0 2 0 0 1 2 0 0 0 0 3 1 1 0 1 0 2 0 0 0 0 0 1 2 0 1 1 0 1 1 1 1 0 1 1 1 0 1 0 1 0 0 0 0 0 0 0 0 0 0 2 0 0 0 0 0 1 0 0 0 0 0 1 0 0 1 1 0 0 0 0 1 1 2 0 1 0 0 0 0 0 1 0 1 1 0 1 0 0 1 0 0 0 1 1 1 0 1 0 1 0 1 1 0 1 0 1 0 0 0 0 0 1 0 0 2 0 0 1 0 0 0 0 0 0 0 1 0 1 0 1 2 0 1 0 0 0 1 0 0 1 1 1 1 0 0 1 0 2 0 0 0 0 1 0 1 0 1 0 0 1 0 1 0 0 1 3 0 1 1 0 1 0 0 0 0 0 1 0 1 0 1 0 0 0 3 0 1 1 0 0 0 0 0 0 0 0 0 1 1 0 0 0 0 1 0 1 0 0 1 0 1 1 0 0 0 1 0 0 0 0 0 1 1 0 0 3 0 1 0 1 1 0 0 1 0 1 1 0 1 1 0 1 0 0 1 0 0 0 1 0 1 0 1 0 0 0 0 0 0 0 0 1 0 1 0 0 1 0 0 0 0 1 1 0 0 0 1 1 1 0 1 0 0 0 1 0 1 0 0 1 1 0 0 0"
param C = 96, size = 32, classes = 10, plain = true

motif spatial(k, separable) = relu -> dw_conv(k) -> conv(1) -> bn
  if separable and not plain
  else relu -> conv(k) -> bn

motif op(number) = case number {
  0: spatial(3, false)
  1: spatial(3, true)
  2: spatial(5, false)
  3: spatial(5, true)
  4: avg_pool(3)
  5: max_pool(3)
}

# Where layer i begins, and how many there are.
motif start(i) = i * (i + 1) / 2
let layers = [n for n in 1..99 if start(n) == len(code)][0]

network = image(3, size, size) -> graph (x) {
  s = [x -> conv(3, out = C) -> bn]
  width = C
  for i in 0..layers-1 {
    y = s[-1] -> relu_conv_bn(width) -> op(code[start(i)])
    when i > 0 {
      y = concat([y] + [z for j, z in s[..-2] if code[start(i)+1+j] == 1]) -> relu_conv_bn(width)
    }
    s += y
    when i == layers/3 - 1 or i == 2*layers/3 - 1 {
      width = 2*width
      s = [z -> halve(width) -> bn for z in s]
    }
  }
  out s[-1] -> global_avg_pool -> linear(classes, bias = false)
}
