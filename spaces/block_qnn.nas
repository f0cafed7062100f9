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

encoding block_qnn tight "Network Structure Code: (number,type,kernel,pred1,pred2) for each layer (CVPR 2018)" {
  code  = "{layer ...}"
  layer = "({number: int},{type: int},{kernel: int},{pred1: int},{pred2: int})"
  require layer.number == i + 1 for i, layer in code "layers are numbered from 1"
  require layer.pred1 in 0..i and layer.pred2 in 0..i for i, layer in code
    "layer {i+1} reads earlier layers, or 0, the input"
  require layer.type in 1..7 for layer in code "a type is 1 to 7"
}

# Types: 1 convolution, 2 and 3 pooling, 4 identity, 5 addition, 6 concatenation, 7 the end.
motif single(i, type, kernel, from) = layer(
  number = i + 1,
  type = type,
  kernel = kernel,
  pred1 = from,
  pred2 = 0
)
motif double(i, type, from) = layer(
  number = i + 1,
  type = type,
  kernel = 0,
  pred1 = from[0],
  pred2 = from[1]
)
motif layer_code(i) = case `block/i[{i}]/s` {
  conv: single(i, 1, `block/i[{i}]/s=conv/conv_bn/k`, decided(`block/i[{i}]/s=conv`, 0))
  max_pool: single(i, 2, `block/i[{i}]/s=max_pool/max_pool.kernel`, decided(`block/i[{i}]/s=max_pool`, 0))
  avg_pool: single(i, 3, `block/i[{i}]/s=avg_pool/avg_pool.kernel`, decided(`block/i[{i}]/s=avg_pool`, 0))
  identity: single(i, 4, 0, decided(`block/i[{i}]/s=identity`, 0))
  add: double(i, 5, decided(`block/i[{i}]/s=add/x/in`, [0, 1]))
  concat: double(i, 6, decided(`block/i[{i}]/s=concat`, [0, 1]))
}

encode block_qnn = [layer_code(i) for i in 0..`block/i/in`-1]
