space code_nao "Networks of NAO's cells (Luo et al.; NeurIPS 2018)"
# The default is NAONet-A. The first release has 16 operators (operators = "V1"), the second those of ENAS
# (operators = "V2"). With C = 42, N = 4, size = 224, classes = 1000, skeleton = "imagenet" it is the
# network for ImageNet; skeleton = "enas" is that of ENAS, in which NAO-WS trains its cells.
import "lib_enas.nas"

encoding nao tight "NAO: input, operator, input, operator for each node of two cells (NeurIPS 2018)" {
  code = "{int ' ' ...}"
  require len(code) > 0 and len(code) % 8 == 0 "a node has four numbers, in each of two cells"
  require i%2 == 1 or x in 0..(i % (len(code) / 2))/4+1
    for i, x in code
    "node {(i % (len(code)/2)) / 4 + 2} reads states 0 to {(i % (len(code)/2)) / 4 + 1}, not {x}"
  require i%2 == 0 or x in 0..15 for i, x in code "there are operators 0 to 15, not {x}"
}

param code: nao = "0 7 1 15 2 8 1 7 0 6 1 7 0 8 4 7 1 5 0 7 0 7 1 13 0 6 0 14 0 9 1 10 0 14 2 6 1 11 0 7"
param C = 36,
  N = 6,
  size = 32,
  classes = 10,
  skeleton = "cifar",
  operators = "V1",
  auxiliary = false

# A pool of even windows: what lies past the border is zero.
motif even(kind, stride) = pad([0, 1, 0, 1]) -> kind(2, stride = stride, pad = "valid")

motif large_op(number, stride) = graph (x) {
  out x
      -> case number {
        5:    enas_identity(stride)
        6:    full(1, channels(x), stride)
        7:    full(3, channels(x), stride)
        8:    factored(3, channels(x), stride)
        9:    factored(7, channels(x), stride)
        10:   even(max_pool, stride)
        11:   max_pool(3, stride = stride)
        12:   max_pool(5, stride = stride)
        13:   even(avg_pool, stride)
        14:   avg_pool(3, stride = stride)
        15:   avg_pool(5, stride = stride)
        else: enas_op(number, stride)
      }
}

let op = case operators { V1: large_op, V2: enas_op }
let kind = case skeleton { cifar: 0, imagenet: 1, enas: 2 }

network = enas_network(code, op, C, N, size, classes, kind == 1, kind == 2, auxiliary)

encode enas_micro = code
