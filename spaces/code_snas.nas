space code_snas "Networks of SNAS genotypes with all edges (Xie et al.; ICLR 2019)"
# The `edge_all` notation of the release: an operator for each of the 2 + 3 + 4 + 5 edges, `none` where nothing
# is passed on; the edges of a node stand together, in any order. The network is that of DARTS, but every
# pool has a batch norm behind it. Texts with two edges a node are read by code_darts.nas with pool_bn; it
# reads these, too, but as seven nodes.
import "lib_genotype.nas"

encoding snas python "SNAS genotype of all edges (Xie et al. 2019)" {
  code  = "Genotype(normal={normal: pairs}, normal_concat={normal_concat: indices}, reduce={reduce: pairs}, reduce_concat={reduce_concat: indices})"
  pairs = "[{pair, ...}]"
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
    | "conv_7x1_1x7"
  require len(code.normal) == 14 and len(code.reduce) == 14 "a cell has 14 edges"
  require e.state <= (1 if i < 2 else 2 if i < 5 else 3 if i < 9 else 4) and e.state >= 0
    for i, e in code.normal
    "the nodes read states 0 to 1, 2, 3 and 4, so edge {i} cannot read {e.state}"
  require e.state <= (1 if i < 2 else 2 if i < 5 else 3 if i < 9 else 4) and e.state >= 0
    for i, e in code.reduce
    "the nodes read states 0 to 1, 2, 3 and 4, so edge {i} cannot read {e.state}"
  require len(code.normal_concat) > 0 and len(code.reduce_concat) > 0
    "the output joins at least one state"
  require s in 0..5 for s in code.normal_concat "there are states 0 to 5"
  require s in 2..5 for s in code.reduce_concat "a reduction cell joins nodes, which are 2 to 5"
}

param code: snas = """Genotype(
  normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('dil_conv_3x3', 1), ('none', 2),
          ('skip_connect', 0), ('skip_connect', 1), ('none', 3), ('none', 2), ('skip_connect', 0),
          ('sep_conv_3x3', 1), ('none', 4), ('none', 3), ('none', 2)], normal_concat=range(2, 6),
  reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('none', 0), ('max_pool_3x3', 1), ('skip_connect', 2),
          ('none', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('none', 3), ('max_pool_3x3', 0),
          ('dil_conv_5x5', 2), ('none', 1), ('none', 3), ('none', 4)], reduce_concat=range(2, 6))"""
param C = 36, layers = 20, size = 32, classes = 10, skeleton = "cifar"
param stem = C if skeleton == "imagenet" else 3*C, auxiliary = false, drop = 0.0

motif cell(edges, joined, reduction) = graph (a, b) {
  s = [a, b]
  for i, first in [0, 2, 5, 9] {
    s += sum([
      s[e.state]
        -> genotype_op(e.op, 2 if reduction and e.state < 2 else 1, after_pool = bn, drop = drop)
      for e in edges[first..first+i+1]
    ])
  }
  out concat([s[i] for i in joined])
}

let normal = cell(code.normal, code.normal_concat, false)
let reduce = cell(code.reduce, code.reduce_concat, true)
let imagenet = case skeleton { cifar: false, imagenet: true }

network = image(3, size, size)
  -> genotype_stem(stem, imagenet)
  -> genotype_cells(
    [reduce if is_small(i, layers) else normal for i in 0..layers-1],
    C,
    0,
    imagenet
  )
  -> genotype_heads(classes, imagenet, auxiliary)

# Where two edges of every node pass something on.
encode darts = genotype(
  normal = [e for e in code.normal if e.op != "none"],
  normal_concat = code.normal_concat,
  reduce = [e for e in code.reduce if e.op != "none"],
  reduce_concat = code.reduce_concat
)
