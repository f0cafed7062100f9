# Layers of sequence models by the names that NasSeq2Seq gives them, and how it joins branches (So, Liang,
# Le; ICML 2019). A causal layer sees no later step. Identity keeps its width; so does a depthwise or
# lightweight convolution where the width asked for is no multiple of the input's.
motif normalised = layer_norm(eps = 1e-6)

# A module for images over the steps of a sequence; its kernels reach over `reach` further steps.
motif over_steps(body, reach, causal) = to_image(width = 1)
  -> pad([0, 0, reach, 0] if causal else [0, 0, reach/2, reach/2])
  -> body
  -> to_sequence

motif standard(k, w, causal) = over_steps(
  conv([k, 1], out = w, bias = true, pad = "valid"),
  k - 1,
  causal
)
motif dilated(k, w, causal) = over_steps(
  conv([k, 1], out = w, dilation = [2, 1], pad = "valid"),
  2 * (k - 1),
  causal
)
motif separable(k, w, causal) = over_steps(
  dw_conv([k, 1], pad = "valid") -> conv(1, out = w, bias = true),
  k - 1,
  causal
)
motif depthwise(k, multiplier, causal) = over_steps(
  dw_conv([k, 1], pad = "valid", multiplier = multiplier),
  k - 1,
  causal
)

# Of c channels; those that are left over of `groups` have kernels of their own.
motif lightweight(k, groups, c, m, causal) = graph (x) {
  n = c - c % groups
  when n == c {
    y = x -> light_conv(k, groups, m, causal)
  } else when n == 0 {
    y = x -> light_conv(k, 1, m, causal)
  } else {
    y = concat([
      x -> narrow(0, n) -> light_conv(k, groups, m, causal),
      x -> narrow(n, c - n) -> light_conv(k, 1, m, causal)
    ])
  }
  out y
}

motif attend(heads, w, drop, causal) = attention(
  heads,
  out = w,
  bias = false,
  dropout = drop,
  causal = causal
)

motif layer(name, w, heads, drop, causal) = graph (x, memory) {
  c = channels(x)
  m = w / c if w % c == 0 else 1
  when name == "attend_to_encoder" {
    y = (x, memory) -> cross_attention(heads, out = w, bias = false, dropout = drop)
  } else {
    y = x
      -> case name {
        identity:                   identity
        separable_conv_3x1:         separable(3, w, causal)
        separable_conv_5x1:         separable(5, w, causal)
        separable_conv_7x1:         separable(7, w, causal)
        separable_conv_9x1:         separable(9, w, causal)
        separable_conv_11x1:        separable(11, w, causal)
        separable_conv_13x1:        separable(13, w, causal)
        separable_conv_15x1:        separable(15, w, causal)
        standard_conv_1x1:          standard(1, w, causal)
        standard_conv_3x1:          standard(3, w, causal)
        standard_conv_5x1:          standard(5, w, causal)
        depthwise_conv_3x1:         depthwise(3, m, causal)
        depthwise_conv_5x1:         depthwise(5, m, causal)
        depthwise_conv_7x1:         depthwise(7, m, causal)
        dilated_conv_3x1:           dilated(3, w, causal)
        dilated_conv_5x1:           dilated(5, w, causal)
        lightweight_conv_3x1_r_1:   light_conv(3, 1, m, causal)
        lightweight_conv_3x1_r_4:   lightweight(3, 4, c, m, causal)
        lightweight_conv_3x1_r_16:  lightweight(3, 16, c, m, causal)
        lightweight_conv_5x1_r_1:   light_conv(5, 1, m, causal)
        lightweight_conv_5x1_r_4:   lightweight(5, 4, c, m, causal)
        lightweight_conv_5x1_r_16:  lightweight(5, 16, c, m, causal)
        lightweight_conv_7x1_r_1:   light_conv(7, 1, m, causal)
        lightweight_conv_7x1_r_4:   lightweight(7, 4, c, m, causal)
        lightweight_conv_7x1_r_16:  lightweight(7, 16, c, m, causal)
        lightweight_conv_15x1_r_1:  light_conv(15, 1, m, causal)
        lightweight_conv_15x1_r_4:  lightweight(15, 4, c, m, causal)
        lightweight_conv_15x1_r_16: lightweight(15, 16, c, m, causal)
        gated_linear_unit:          mul([linear(w), linear(w) -> sigmoid])
        standard_attention:         attend(heads, w, drop, causal)
        attention_4_heads:          attend(4, w, drop, causal)
        attention_16_heads:         attend(16, w, drop, causal)
        attention_32_heads:         attend(32, w, drop, causal)
      }
  }
  out y
}

motif activated(name) = case name {
  none:       identity
  relu:       relu
  leaky_relu: leaky_relu(0.2)
  swish:      silu
  sigmoid:    sigmoid
  softmax:    softmax
}

motif branch(name, w, activation, heads, drop, causal) = graph (x, memory) {
  y = (x, memory) -> layer(name, w, heads, drop, causal) -> activated(activation)
  out y if name == "identity" else y -> dropout(drop)
}

# What is narrower is padded: by zeros before a sum, by ones before a product.
motif ones(w) = graph (x) {
  out x if channels(x) == w else x -> add_const(-1) -> pad_channels(w) -> add_const(1)
}
motif join(xs, how) = xs[0]
  if len(xs) == 1
  else case how {
    add:      sum([x -> pad_channels(max([channels(x) for x in xs])) for x in xs])
    multiply: mul([x -> ones(max([channels(x) for x in xs])) for x in xs])
    concat:   concat(xs)
  }
