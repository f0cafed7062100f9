# The operators and skeletons of the DARTS family (Liu, Simonyan, Yang; ICLR 2019), after the released
# code: convolutions have no bias, every batch norm is affine, pools have no batch norm (evaluation
# networks), and an average leaves the padding out. `norm` is the batch norm inside cells.

motif relu_conv_bn(c, k = 1, norm = bn) = relu -> conv(k, out = c) -> norm

# Halves the size: two strided 1x1 convolutions, the second one pixel further right and down.
motif halve(c) = concat([
  conv(1, out = c/2, stride = 2),
  subsample(2, offset = 1) -> conv(1, out = c - c/2)
])
motif factorized_reduce(c, norm = bn) = relu -> halve(c) -> norm

# Identity at stride 1, factorized reduction at stride 2.
motif skip(stride = 1, norm = bn) = graph (x) {
  when stride == 1 {
    y = x
  } else {
    y = x -> factorized_reduce(channels(x), norm)
  }
  out y
}

# The stride is that of the first depthwise convolution.
motif sep_conv(k, stride = 1, norm = bn) = relu
  -> dw_conv(k, stride = stride)
  -> conv(1)
  -> norm
  -> relu
  -> dw_conv(k)
  -> conv(1)
  -> norm
motif dil_conv(k, stride = 1, norm = bn) = relu
  -> dw_conv(k, stride = stride, dilation = 2)
  -> conv(1)
  -> norm
motif conv_7x1_1x7(stride = 1, norm = bn) = relu
  -> conv([1, 7], stride = [1, stride])
  -> conv([7, 1], stride = [stride, 1])
  -> norm

# A stack of cells (x before last, last) -> x with the reductions after 1/3 and 2/3, where the width c
# doubles. Both inputs of a cell get a 1x1 convolution; the first is reduced if it is twice as large.
motif darts_cells(normal, reduce, c, layers, halved = false, norm = bn) = graph (a, b) {
  s = [a, b]
  width = c
  for i in 0..layers-1 {
    small = i == layers/3 or i == 2*layers/3
    width = 2*width if small else width
    before = s[-2]
      -> (factorized_reduce(width, norm) if halved else relu_conv_bn(width, norm = norm))
    last = s[-1] -> relu_conv_bn(width, norm = norm)
    s += (before, last) -> (reduce if small else normal)
    halved = small
  }
  out s[-1]
}

motif darts_cifar(normal, reduce, c, layers, classes, norm = bn) = graph (x) {
  stem = x -> conv(3, out = 3*c) -> bn
  out (stem, stem)
      -> darts_cells(normal, reduce, c, layers, norm = norm)
      -> global_avg_pool
      -> linear(classes)
}

motif darts_imagenet(normal, reduce, c, layers, classes) = graph (x) {
  a = x -> conv(3, out = c/2, stride = 2) -> bn -> relu -> conv(3, out = c, stride = 2) -> bn
  b = a -> relu -> conv(3, out = c, stride = 2) -> bn
  out (a, b) -> darts_cells(normal, reduce, c, layers, true) -> global_avg_pool -> linear(classes)
}
