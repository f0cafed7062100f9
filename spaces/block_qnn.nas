# Blocks of at most L layers in the Network Structure Code: each layer is (number, type, kernel,
# first predecessor, second predecessor) and reads the block's input or earlier layers. The block is
# stacked, with a fixed max pooling and twice the width after every group of copies.
#
# One predecessor: convolution (ReLU, convolution, BN), pooling, identity. Two different ones, in
# either order: sum and concatenation. Layers that none reads are concatenated. The paper leaves
# open what is summed where widths differ: here a 1x1 convolution widens or narrows an operand to
# the block's width. Kernel 1 makes a pooling layer the identity, and counts apart.
space block_qnn "BlockQNN (Zhong, Yan, Wu, Shao, Liu; CVPR 2018)"
import "lib_basic.nas"

param L = 23, C = 32, copies = 4, size = 32, classes = 10

motif fit(c) = graph (x) {
  when channels(x) == c {
    y = x
  } else {
    y = x -> conv_bn(1, c)
  }
  out y
}

motif layer(s, c) = one of {
  conv:     any s -> relu -> conv_bn(any [1, 3, 5], c)
  max_pool: any s -> max_pool(any [1, 3])
  avg_pool: any s -> avg_pool(any [1, 3])
  identity: any s
  add if len(s) > 1: sum([x -> fit(c) for x in pick 2 of s])
  concat if len(s) > 1: concat(pick 2 of s)
}

let block = graph (x) {
  s = [x]
  for i in 1..(any 1..L) {
    s += layer(s, channels(x))
  }
  out concat(loose(s[1..]))
}

motif group(c) = copies * (conv_bn(1, c) -> block)
network = image(3, size, size)
  -> conv_bn_relu(3, C)
  -> group(C)
  -> max_pool(2, 2)
  -> group(2*C)
  -> max_pool(2, 2)
  -> group(4*C)
  -> relu
  -> classifier(classes)
