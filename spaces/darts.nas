space darts "DARTS (Liu, Simonyan, Yang; ICLR 2019)"
# The space of derived cells: every node sums two different earlier states (the choice of two has no
# order), each through one of 7 operators; `none` exists during the search only. The output joins all
# intermediate nodes. In the reduction cell the operators that read a cell input have stride 2.
# 180 * 7^8 cells; both cells are free. The defaults are the evaluation network for CIFAR-10; ImageNet
# is C = 48, layers = 14, size = 224, classes = 1000, skeleton = "imagenet".
import "lib_genotype.nas"

param C = 36, layers = 20, steps = 4, size = 32, classes = 10, skeleton = "cifar"

motif edge(stride) = one of {
  max_pool_3x3: max_pool(3, stride = stride)
  avg_pool_3x3: avg_pool(3, stride = stride)
  skip_connect: skip(stride)
  sep_conv_3x3: sep_conv(3, stride)
  sep_conv_5x5: sep_conv(5, stride)
  dil_conv_3x3: dil_conv(3, stride)
  dil_conv_5x5: dil_conv(5, stride)
}

motif cell(reduction) = graph (a, b) {
  s = [a, b]
  for i in 1..steps {
    s += sum(pick 2 of [x -> edge(2 if reduction and j < 2 else 1) for j, x in s])
  }
  out concat(s[2..])
}

let normal = cell(false)
let reduce = cell(true)

network = image(3, size, size)
  -> (darts_imagenet if skeleton == "imagenet" else darts_cifar)(normal, reduce, C, layers, classes)

motif pairs(cell) = [
  pair(op = `{cell}/i[{i}]/s={j}/edge`, state = j)
  for i in 0..steps-1
  for j in decided(`{cell}/i[{i}]/s`, any_order([0, 1]))
]

encode darts = genotype(
  normal = pairs("normal"),
  normal_concat = 2..steps+1,
  reduce = pairs("reduce"),
  reduce_concat = 2..steps+1
)
