space code_dxy "Networks of AutoDL-Projects' genotypes (GDAS, SETN: Dong, Yang; CVPR and ICCV 2019)"
# DARTS cells whose edges stand in pairs, a pair a node. The network is that of DARTS with N normal cells, a
# reduction, N, a reduction, N; on ImageNet N = 4, size = 224, classes = 1000, skeleton = "imagenet". Its
# factorized reduction pads what it shifts, so sizes and widths may be odd; connectN and connects say
# nothing about the network.
import "lib_genotype.nas"

encoding dxy python "AutoDL-Projects' genotype: nodes of two pairs (Dong, Yang 2019)" {
  code  = "Genotype(normal={normal: nodes}, normal_concat={normal_concat: indices}, reduce={reduce: nodes}, reduce_concat={reduce_concat: indices}, connectN={connectN: literal}, connects={connects: literal})"
  nodes = "[{node, ...}]"
  node  = "({first: pair}, {second: pair})"
  pair  = "('{op}', {state: int})"
  op    = "none"
    | "skip_connect"
    | "max_pool_3x3"
    | "avg_pool_3x3"
    | "sep_conv_3x3"
    | "sep_conv_5x5"
    | "sep_conv_7x7"
    | "dil_conv_3x3"
    | "dil_conv_5x5"
    | "nor_conv_1x1"
    | "nor_conv_3x3"
    | "nor_conv_7x7"
    | "conv_7x1_1x7"
    | "conv_3x1_1x3"
  require len(code.normal) > 0 and len(code.reduce) > 0 "a cell has at least one node"
  require node.first.state in 0..i+1 and node.second.state in 0..i+1
    for i, node in code.normal
    "node {i + 2} reads states 0 to {i + 1}"
  require node.first.state in 0..i+1 and node.second.state in 0..i+1
    for i, node in code.reduce
    "node {i + 2} reads states 0 to {i + 1}"
  require len(code.normal_concat) > 0 and len(code.reduce_concat) > 0
    "the output joins at least one state"
  require s in 0..len(code.normal)+1
    for s in code.normal_concat
    "there are states 0 to {len(code.normal) + 1}"
  require s in 0..len(code.reduce)+1
    for s in code.reduce_concat
    "there are states 0 to {len(code.reduce) + 1}"
  require s >= 2
    for s in code.reduce_concat
    "states 0 and 1 are larger than the nodes of a reduction cell"
}

param code: dxy = """Genotype(
  normal=[(('skip_connect', 0), ('skip_connect', 1)), (('skip_connect', 0), ('sep_conv_5x5', 2)),
          (('sep_conv_3x3', 3), ('skip_connect', 0)), (('sep_conv_5x5', 4), ('sep_conv_3x3', 3))],
  normal_concat=[2, 3, 4, 5],
  reduce=[(('sep_conv_5x5', 0), ('sep_conv_3x3', 1)), (('sep_conv_5x5', 2), ('sep_conv_5x5', 1)),
          (('dil_conv_5x5', 2), ('sep_conv_3x3', 1)), (('sep_conv_5x5', 0), ('sep_conv_5x5', 1))],
  reduce_concat=[2, 3, 4, 5], connectN=None, connects=None)"""
param C = 36, N = 6, size = 32, classes = 10, skeleton = "cifar"
param stem = C if skeleton == "imagenet" else 3*C, auxiliary = false, drop = 0.0

motif down(c, norm = bn) = relu
  -> concat([
    conv(1, out = c/2, stride = 2),
    shift(keep = true) -> conv(1, out = c - c/2, stride = 2)
  ])
  -> norm

motif op(name, stride) = genotype_op(name, stride, down = down, drop = drop)
motif edges(nodes) = [e for node in nodes for e in [node.first, node.second]]

let normal = genotype_cell(edges(code.normal), code.normal_concat, false, op)
let reduce = genotype_cell(edges(code.reduce), code.reduce_concat, true, op)
let imagenet = case skeleton { cifar: false, imagenet: true }

network = image(3, size, size)
  -> genotype_stem(stem, imagenet)
  -> genotype_cells(
    [reduce if is_small(i, 3*N + 2) else normal for i in 0..3*N+1],
    C,
    0,
    imagenet,
    down = down
  )
  -> genotype_heads(classes, imagenet, auxiliary)

encode darts = genotype(
  normal = [e for node in code.normal for e in [node.first, node.second]],
  normal_concat = code.normal_concat,
  reduce = [e for node in code.reduce for e in [node.first, node.second]],
  reduce_concat = code.reduce_concat
)
