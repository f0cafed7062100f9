space nasnet "Learning Transferable Architectures, NASNet (Zoph, Vasudevan, Shlens, Le; CVPR 2018)"
# Two cells of five blocks. A block takes two states (the same one twice is allowed, and their order
# counts), an operator of 13 for each, and adds or joins the results: 720^2 * 13^10 * 2^5 a cell. The
# blocks that no other block reads are joined to the cell's output. In the reduction cell the operators
# that read a cell input have stride 2. Operators widen or narrow what they read to the cell's width.
import "lib_nasnet.nas"

param C = 32, N = 6, blocks = 5, size = 32, classes = 10

motif op(c, stride) = one of {
  identity:     pass(c, stride)
  conv_1x1:     full(1, c, stride)
  conv_3x3:     full(3, c, stride)
  conv_1x3_3x1: factored(3, c, stride)
  conv_1x7_7x1: factored(7, c, stride)
  sep_conv_3x3: separable(3, c, stride)
  sep_conv_5x5: separable(5, c, stride)
  sep_conv_7x7: separable(7, c, stride)
  dil_conv_3x3: dilated(3, c, stride)
  avg_pool_3x3: pool(avg_pool, 3, c, stride)
  max_pool_3x3: pool(max_pool, 3, c, stride)
  max_pool_5x5: pool(max_pool, 5, c, stride)
  max_pool_7x7: pool(max_pool, 7, c, stride)
}

motif cell(reduction) = graph (before, last) {
  c = channels(last)
  s = [before, last]
  for i in 1..blocks {
    a = any 0..i
    b = any 0..i
    x = s[a] -> op(c, 2 if reduction and a < 2 else 1)
    y = s[b] -> op(c, 2 if reduction and b < 2 else 1)
    s += [x, y] -> (sum | concat)
  }
  out concat(loose(s[2..]))
}

let normal = cell(false)
let reduce = cell(true)

network = image(3, size, size) -> nasnet_cifar(normal, reduce, C, N, classes)
