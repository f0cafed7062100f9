# The operators and skeletons of NASNet, AmoebaNet and PNASNet, after the released code. Every operator
# makes c channels of whatever comes; a convolution stands after a ReLU and before a batch norm.
import "lib_darts.nas"

# The identity, or a 1x1 convolution where size or width must change.
motif pass(c, stride = 1) = graph (x) {
  out x
      if stride == 1 and channels(x) == c
      else x -> relu -> conv(1, out = c, stride = stride) -> bn
}

# A pool, with a 1x1 convolution where the width must change.
motif pool(kind, k, c, stride = 1) = graph (x) {
  y = x -> kind(k, stride = stride)
  out y if channels(y) == c else y -> conv(1, out = c) -> bn
}

motif full(k, c, stride = 1) = relu -> conv(k, out = c, stride = stride) -> bn

# 1 x k, then k x 1, each with its half of the stride.
motif factored(k, c, stride = 1) = relu
  -> conv([1, k], out = c, stride = [1, stride])
  -> bn
  -> relu
  -> conv([k, 1], stride = [stride, 1])
  -> bn

motif separable(k, c, stride = 1) = relu
  -> dw_conv(k, stride = stride)
  -> conv(1, out = c)
  -> bn
  -> relu
  -> dw_conv(k)
  -> conv(1)
  -> bn

motif dilated(k, c, stride = 1) = relu
  -> dw_conv(k, stride = stride, dilation = 2)
  -> conv(1, out = c)
  -> bn

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
