# A chain of convolutions with a bit for every pair of layers: a layer reads the layers whose bits
# are set, or the image if none is. Layers that none reads are joined before the classifier.
#
# Inputs are concatenated in depth; smaller ones are padded with zeros to the size of the largest,
# on the right and below, as the paper does not say where. (4*4*4)^L * 2^(L(L-1)/2) networks; with
# `strides = 3` also a stride of 1, 2 or 3 in each direction, 9^L times as many. The reported
# networks have 15 layers (without strides), 20 and 39 (with poolings in between, by hand).
space nas_rl_cnn "NAS-RL, convolutional networks (Zoph, Le; ICLR 2017)"

param L = 15, strides = 1, size = 32, classes = 10

# Depth concatenation of images of different sizes.
motif depth_concat(images) = concat([x -> pad([0, w - width(x), 0, h - height(x)]) for x in images])
  where w = max([1] + [width(x) for x in images]), h = max([1] + [height(x) for x in images])

network = image(3, size, size)
  -> graph (x) {
    s = []
    for i in 1..L {
      fed = some of s
      kernel = [any [1, 3, 5, 7], any [1, 3, 5, 7]]
      y = depth_concat(fed) if fed else x
      s += y
        -> conv(kernel, out = any [24, 36, 48, 64], stride = [any 1..strides, any 1..strides])
        -> bn
        -> relu
    }
    out depth_concat(loose(s))
  }
  -> global_avg_pool
  -> linear(classes)

# A layer is its kernel, its width, its strides and the layers that it reads: 3x7,36,1x1[0,2].
encoding nas_rl_cnn tight "layers of height x width, filters, strides and the layers read (ICLR 2017)" {
  code  = "{layer ; ...}"
  layer = "{height: int}x{width: int},{filters: int},{down: int}x{right: int}[{reads: int , ...}]"
  require j in 0..i-1 for i, layer in code for j in layer.reads "layer {i} reads earlier layers, not {j}"
}

encode nas_rl_cnn = [
  layer(
    height = `graph/i[{i}]/kernel/0`,
    width = `graph/i[{i}]/kernel/1`,
    filters = `graph/i[{i}]/s/conv.out`,
    down = decided(`graph/i[{i}]/s/conv.stride/0`, 1),
    right = decided(`graph/i[{i}]/s/conv.stride/1`, 1),
    reads = [j for j in decided(`graph/i[{i}]/fed`, [])]
  )
  for i in 0..L-1
]
