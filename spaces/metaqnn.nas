# Chains of at most L layers, drawn by rules that look at the last layer and at the size of the
# representation: 1 (below 4), 4 (below 8) or 8 (all larger ones), as in the released code.
#
# A kernel must be smaller than that number. Pooling follows a convolution only. Fully connected
# layers come last, at most two, none wider than the one before, and only where the size is at most
# 4. A chain ends in a softmax layer, or in global average pooling (a layer: a 1x1 convolution to
# one map a class) and that. The released code has L = 18 for CIFAR-10, the paper's table 12 (--set
# L=12). Dropout, which the paper sets after every second layer by the final depth, is left to the
# training.
space metaqnn "MetaQNN (Baker, Gupta, Naik, Raskar; ICLR 2017)"

param L = 18, size = 32, channels_in = 3, classes = 10

motif conv_relu(k, c) = conv(k, out = c, bias = true) -> relu

# Windows do not reach over the border at the beginning, but do at the end (Caffe's rounding).
motif pool(k, stride) = max_pool(k, stride, pad = "valid", ceil = true)

motif rest(depth, size, last) = one of {
  conv if depth < L and bin > 1: conv_relu(any 1..min(5, bin - 1) step 2, any [64, 128, 256, 512])
    -> rest(depth + 1, size, "conv")
  "pool(5,3)" if depth < L and last == "conv" and bin > 5: pool(5, 3)
    -> rest(depth + 1, (size - 5) / 3 + 1, "pool")
  "pool(3,2)" if depth < L and last == "conv" and bin > 3: pool(3, 2)
    -> rest(depth + 1, (size - 3) / 2 + 1, "pool")
  "pool(2,2)" if depth < L and last == "conv" and bin > 2: pool(2, 2)
    -> rest(depth + 1, (size - 2) / 2 + 1, "pool")
  fc if depth < L and bin <= 4: flatten
    -> chain([
      linear(n) -> relu
      for n in pick (any 1..min(2, L - depth)) of [512, 256, 128] repeated
    ])
    -> linear(classes)
  gap if depth < L: conv_relu(1, classes) -> global_avg_pool -> linear(classes)
  softmax: flatten -> linear(classes)
}
  where bin = 8 if size > 7 else 4 if size > 3 else 1

network = image(channels_in, size, size) -> rest(0, size, "start")

encoding metaqnn tight "layers in a row: C(n,k,s) P(k,s) FC(n) GAP(n) SM(n) (ICLR 2017)" {
  code  = "{layer - ...}"
  layer = conv: "C({n: int},{k: int},{s: int})"
    | pool: "P({k: int},{s: int})"
    | fc: "FC({n: int})"
    | gap: "GAP({n: int})"
    | softmax: "SM({n: int})"
}

# The layers from the decision `at` on.
motif layers(at) = case `{at}` {
  conv: [layer(kind = "conv", n = `{at}=conv/conv_relu/c`, k = `{at}=conv/conv_relu/k`, s = 1)]
    + layers(at + "=conv/rest")
  "pool(5,3)": [layer(kind = "pool", k = 5, s = 3)] + layers(at + "=pool(5,3)/rest")
  "pool(3,2)": [layer(kind = "pool", k = 3, s = 2)] + layers(at + "=pool(3,2)/rest")
  "pool(2,2)": [layer(kind = "pool", k = 2, s = 2)] + layers(at + "=pool(2,2)/rest")
  fc: [layer(kind = "fc", n = n) for n in `{at}=fc/chain/modules/n/in`] + last
  gap: [layer(kind = "gap", n = classes)] + last
  softmax: last
}
  where last = [layer(kind = "softmax", n = classes)]

encode metaqnn = layers("rest")
