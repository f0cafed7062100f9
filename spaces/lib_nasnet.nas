# The operators and skeletons of NASNet, AmoebaNet and PNASNet, after the released code. Every operator
# makes c channels of whatever comes; a convolution stands after a ReLU and before a batch norm `norm`.
# `pad` = "tf" pads as TensorFlow does, which differs where a stride meets an even size.
import "lib_darts.nas"

# The identity, or a 1x1 convolution where size or width must change.
motif pass(c, stride = 1, norm = bn) = graph (x) {
  out x
      if stride == 1 and channels(x) == c
      else x -> relu -> conv(1, out = c, stride = stride) -> norm
}

# A pool, with a 1x1 convolution where the width must change.
motif pool(kind, k, c, stride = 1, norm = bn, pad = "same") = graph (x) {
  y = x -> kind(k, stride = stride, pad = pad)
  out y if channels(y) == c else y -> conv(1, out = c) -> norm
}

motif full(k, c, stride = 1, norm = bn, pad = "same") = relu
  -> conv(k, out = c, stride = stride, pad = pad)
  -> norm

# 1 x k, then k x 1, each with its half of the stride.
motif factored(k, c, stride = 1, norm = bn, pad = "same") = relu
  -> conv([1, k], out = c, stride = [1, stride], pad = pad)
  -> norm
  -> relu
  -> conv([k, 1], stride = [stride, 1], pad = pad)
  -> norm

motif separable(k, c, stride = 1, norm = bn, pad = "same") = relu
  -> dw_conv(k, stride = stride, pad = pad)
  -> conv(1, out = c)
  -> norm
  -> relu
  -> dw_conv(k)
  -> conv(1)
  -> norm

motif dilated(k, c, stride = 1) = relu
  -> dw_conv(k, stride = stride, dilation = 2)
  -> conv(1, out = c)
  -> bn

# As `halve`, of odd sizes as well: what lies past the border is zero.
motif halve_any(c) = concat([
  conv(1, out = c/2, stride = 2),
  pad([0, 1, 0, 1]) -> subsample(2, offset = 1) -> conv(1, out = c - c/2)
])

# x with c channels and as large as y, which may be half as large; unchanged where it is that already.
motif fit_to(c, norm = bn) = graph (x, y) {
  when height(x) > height(y) {
    z = x -> relu -> halve_any(c) -> norm
  } else {
    z = x if channels(x) == c else x -> relu_conv_bn(c, norm = norm)
  }
  out z
}

# The cell input before the last, in the size and width of the last.
motif fit = graph (x, last) {
  when height(x) > height(last) {
    y = x -> factorized_reduce(channels(last))
  } else {
    y = x if channels(x) == channels(last) else x -> relu_conv_bn(channels(last))
  }
  out y
}

# n cells, then a cell `reduce` of twice the width c, n cells, the same again, n cells. A cell is a module
# (before, last) -> x and as wide as its input `last`. The first one gets the stem twice, unfitted.
motif nasnet_cifar(normal, reduce, c, n, classes) = graph (x) {
  s = [x -> conv(3, out = 3*c) -> bn]
  width = c
  for i in 0..3*n+1 {
    small = i == n or i == 2*n + 1
    width = 2*width if small else width
    last = s[-1] -> relu_conv_bn(width)
    before = s[-1] if i == 0 else (s[-2], last) -> fit
    s += (before, last) -> (reduce if small else normal)
  }
  out s[-1] -> relu -> global_avg_pool -> linear(classes)
}
