# Inverted residuals and what goes with them. Convolutions have no bias but in squeeze-and-excitation.

motif conv_act(c, k, stride = 1, act = relu6, norm = bn, pad = "same") = conv(
  k,
  out = c,
  stride = stride,
  pad = pad
)
  -> norm
  -> act

# Scales every channel by a gate computed from all of them, through `hidden` numbers.
motif squeeze_excite(hidden, act = relu, gate = sigmoid) = graph (x) {
  out mul([x, x -> global_avg_pool -> linear(hidden) -> act -> linear(channels(x)) -> gate])
}

# The same through a quarter of the channels, as MobileNetV3 does.
motif squeeze_quarter = graph (x) {
  out x -> squeeze_excite(divisible(channels(x) / 4, 8), gate = hard_sigmoid)
}

# An inverted residual (MobileNetV2): widen e times unless e = 1, one k x k depthwise convolution with the
# stride, `inner` (a module such as squeeze_excite), narrow to c channels. The input is added where shape
# and width stay, unless residual = false.
motif mbconv(
  c,
  k,
  e,
  stride = 1,
  act = relu6,
  norm = bn,
  inner = identity,
  residual = true
) = graph (x) {
  hidden = round(e * channels(x))
  wide = x if e == 1 else x -> conv(1, out = hidden) -> norm -> act
  y = wide -> dw_conv(k, stride = stride) -> norm -> act -> inner -> conv(1, out = c) -> norm
  out sum([x, y]) if residual and stride == 1 and channels(x) == c else y
}

# 1x1 convolution to c channels, average, classifier.
motif mobile_head(c, classes, act = relu6, norm = bn) = conv_act(c, 1, act = act, norm = norm)
  -> global_avg_pool
  -> linear(classes)

# 3x3 convolution with stride 2 to c channels, then a separable one to `narrow_to`, with an activation
# of its own.
motif mobile_stem(c, narrow_to, act = relu6, deep_act = relu6) = conv_act(c, 3, 2, act = act)
  -> dw_conv(3)
  -> bn
  -> deep_act
  -> conv(1, out = narrow_to)
  -> bn

# Squeeze-excite through a part of the channels, rounded down, as the Fair and MoGA networks have it.
motif excite_part(part, act = relu) = graph (x) {
  out x -> squeeze_excite(channels(x) / part, act = act, gate = hard_sigmoid)
}

# Brought to a multiple of 8, not below `limit` of the value.
motif rounded(v, limit = 0.9) = near + 8 if near < limit * v else near
  where near = max(8, floor((v + 4) / 8.0) * 8)

# Part i of n of c channels: the first has what is left over.
motif part(c, n, i) = c - (n - 1) * (c / n) if i == 0 else c / n
motif begin(c, n, i) = sum([part(c, n, j) for j in 0..i-1])

# A depthwise convolution with a kernel for each part of the channels.
motif deep(kernels, stride = 1, pad = "same") = graph (x) {
  c = channels(x)
  n = len(kernels)
  out x -> dw_conv(kernels[0], stride = stride, pad = pad)
      if n == 1
      else concat([
        x -> narrow(begin(c, n, i), part(c, n, i)) -> dw_conv(k, stride = stride, pad = pad)
        for i, k in kernels
      ])
}

# A convolution of all channels (or from part to part) to c.
motif point(c, kernels, pad = "same") = graph (x) {
  w = channels(x)
  n = len(kernels)
  out x -> conv(kernels[0], out = c, pad = pad)
      if n == 1
      else concat([
        x -> narrow(begin(w, n, i), part(w, n, i)) -> conv(k, out = part(c, n, i), pad = pad)
        for i, k in kernels
      ])
}
