# Inverted residuals and what goes with them. Convolutions have no bias but in squeeze-and-excitation.

# The nearest multiple of `by`, at least `by` and never below 90 % of the value.
motif make_divisible(v, by = 8) = near + by if 10*near < 9*v else near
  where near = max(by, floor((v + by/2) / by) * by)

motif conv_act(c, k, stride = 1, act = relu6, norm = bn) = conv(k, out = c, stride = stride)
  -> norm
  -> act

# Scales every channel by a gate computed from all of them, through `hidden` numbers.
motif squeeze_excite(hidden, act = relu, gate = sigmoid) = graph (x) {
  out mul([x, x -> global_avg_pool -> linear(hidden) -> act -> linear(channels(x)) -> gate])
}

# The same through a quarter of the channels, as MobileNetV3 does.
motif squeeze_quarter = graph (x) {
  out x -> squeeze_excite(make_divisible(channels(x) / 4), gate = hard_sigmoid)
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

# 3x3 convolution with stride 2 to c channels, then a separable one to `narrow_to`.
motif mobile_stem(c, narrow_to, act = relu6) = conv_act(c, 3, 2, act = act)
  -> dw_conv(3)
  -> bn
  -> act
  -> conv(1, out = narrow_to)
  -> bn

# Squeeze-excite through a part of the channels, rounded down, as the Fair and MoGA networks have it.
motif excite_part(part) = graph (x) {
  out x -> squeeze_excite(channels(x) / part, gate = hard_sigmoid)
}
