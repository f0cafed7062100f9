space amoebanet "Regularized Evolution, AmoebaNet (Real, Aggarwal, Huang, Le; AAAI 2019)"
# NASNet's space with 8 operators and addition only: (720^2 * 8^10)^2. Two states may be the same one, and
# their order counts. The output joins the blocks that no other block reads (the released AmoebaNet-A
# lists its output explicitly and joins one that is read as well). The 1x7 and 7x1 convolutions work on a
# quarter of the width. In the reduction cell operators that read a cell input have stride 2.
import "lib_nasnet.nas"
import "lib_slim.nas"

param C = 36, N = 6, blocks = 5, size = 32, classes = 10

motif narrow_7x7(c, stride) = full(1, c/4) -> factored(7, c/4, stride) -> full(1, c)

motif op(c, stride) = one of {
  identity:     pass(c, stride)
  sep_3x3:      separable(3, c, stride)
  sep_5x5:      separable(5, c, stride)
  sep_7x7:      separable(7, c, stride)
  avg_3x3:      pool(avg_pool, 3, c, stride)
  max_3x3:      pool(max_pool, 3, c, stride)
  dil_3x3:      dilated(3, c, stride)
  conv_1x7_7x1: narrow_7x7(c, stride)
}

motif cell(reduction) = graph (before, last) {
  c = channels(last)
  s = [before, last]
  for i in 1..blocks {
    a = any 0..i
    b = any 0..i
    x = s[a] -> op(c, 2 if reduction and a < 2 else 1)
    y = s[b] -> op(c, 2 if reduction and b < 2 else 1)
    s += sum([x, y])
  }
  out concat(loose(s[2..]))
}

let normal = cell(false)
let reduce = cell(true)

network = image(3, size, size) -> nasnet_cifar(normal, reduce, C, N, classes)

motif slim_op(op) = case op {
  identity:     "none"
  sep_3x3:      "separable_3x3_2"
  sep_5x5:      "separable_5x5_2"
  sep_7x7:      "separable_7x7_2"
  avg_3x3:      "avg_pool_3x3"
  max_3x3:      "max_pool_3x3"
  dil_3x3:      "dil_2_separable_3x3_2"
  conv_1x7_7x1: "1x7_7x1"
}

motif slim_cell(at) = cell(
  operations = [slim_op(`{at}/i[{i}]/{half}/op`) for i in 0..blocks-1 for half in ["x", "y"]],
  hiddenstate_indices = [slim_index(s) for s in reads],
  used_hiddenstates = [1, 1] + [slim_flag(s in reads) for s in 2..blocks+1]
)
  where reads = [`{at}/i[{i}]/{half}` for i in 0..blocks-1 for half in ["a", "b"]]

encode slim = cells(normal = slim_cell("normal"), reduction = slim_cell("reduce"))
