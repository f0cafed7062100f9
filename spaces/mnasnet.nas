space mnasnet "MnasNet (Tan et al.; CVPR 2019)"
# Five blocks of 3 * 2 * 2 * 3 * 3 * 4 = 432 choices: operator, kernel, squeeze-and-excitation, skip, width
# and number of layers. The layers of a block are alike (decided once); the first has the stride. Widths
# are 0.75, 1 or 1.25 times MobileNetV2's, rounded to multiples of 8. Inferred, as the paper leaves it
# open: the blocks of 16 and 320 channels are fixed, inverted residuals widen 6 times, squeezing is to a
# quarter of the layer's input, and a skip is added where the shapes agree (pooling keeps the size).
import "lib_mobile.nas"

param stem = 32, first = 16, last = 320, head = 1280, size = 224, classes = 1000

motif regular_conv(c, k, stride, inner) = conv_act(c, k, stride, act = relu) -> inner
motif sep_conv(c, k, stride, inner) = dw_conv(k, stride = stride)
  -> bn
  -> relu
  -> inner
  -> conv(1, out = c)
  -> bn
motif mb_conv(c, k, stride, inner) = mbconv(
  c,
  k,
  6,
  stride,
  act = relu,
  inner = inner,
  residual = false
)

motif layer(op, c, k, stride, squeeze, skip) = graph (x) {
  inner = squeeze_excite(channels(x) / 4) if squeeze else identity
  y = x -> op(c, k, stride, inner)
  when skip != "none" and stride == 1 and channels(x) == c {
    y = sum([y, x -> max_pool(3) if skip == "pool" else x])
  }
  out y
}

motif block(c, stride) = layer(op, divisible(c * width, 8), k, stride, squeeze, skip)
  -> (n - 1) * layer(op, divisible(c * width, 8), k, 1, squeeze, skip)
  where op = any [regular_conv, sep_conv, mb_conv],
    k = any [3, 5],
    squeeze = any [false, true],
    skip = any ["none", "pool", "identity"],
    width = any [0.75, 1.0, 1.25],
    n = any 1..4

network = image(3, size, size)
  -> conv_act(stem, 3, 2, act = relu)
  -> mbconv(first, 3, 1, act = relu)
  -> block(24, 2)
  -> block(32, 2)
  -> block(64, 2)
  -> block(96, 1)
  -> block(160, 2)
  -> mbconv(last, 3, 6, act = relu)
  -> mobile_head(head, classes, act = relu)

encoding mnasnet tight "operator, kernel, squeeze-and-excitation, skip, width and layers of five blocks (CVPR 2019)" {
  code    = "{block ' ' ...}"
  block   = "{op}_k{kernel: int}_se{squeeze}_{skip}_w{width: number}_n{layers: int}"
  op      = "regular_conv" | "sep_conv" | "mb_conv"
  squeeze = "0" as false | "0.25" as true
  skip    = "none" | "pool" | "identity"
  require len(code) == 5 "the network has five blocks"
}

motif block_code(at) = block(
  op = `{at}/op`,
  kernel = `{at}/k`,
  squeeze = `{at}/squeeze`,
  skip = `{at}/skip`,
  width = `{at}/width`,
  layers = `{at}/n`
)

encode mnasnet = [block_code("block")]
  + [block_code(at) for at in ["block#2", "block#3", "block#4", "block#5"]]
