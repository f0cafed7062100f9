space code_fairdarts "Networks of FairDARTS genotypes (Chu et al.; ECCV 2020)"
# Triples (operator, node, state that it reads): a node has any number of edges, also several from one state.
# A node that no triple makes is not there, and an edge from it does nothing but own its weights. A cell puts
# out its nodes in the order in which the triples first name them, whatever the concat lists say. The sizes
# published for A, B, D, E, F and G include the auxiliary head.
import "lib_genotype.nas"

encoding fairdarts python "FairDARTS genotype: (operator, node, state) (Chu et al. 2020)" {
  code    = "Genotype(normal={normal: triples}, normal_concat={normal_concat: indices}, reduce={reduce: triples}, reduce_concat={reduce_concat: indices})"
  triples = "[{triple, ...}]"
  triple  = "('{op}', {node: int}, {state: int})"
  op      = "none"
    | "skip_connect"
    | "max_pool_3x3"
    | "avg_pool_3x3"
    | "sep_conv_3x3"
    | "sep_conv_5x5"
    | "sep_conv_7x7"
    | "dil_conv_3x3"
    | "dil_conv_5x5"
    | "conv_7x1_1x7"
  require len(code.normal) > 0 and len(code.reduce) > 0 "a cell has at least one edge"
  require t.node >= 2 for t in code.normal "nodes are numbered from 2"
  require t.node >= 2 for t in code.reduce "nodes are numbered from 2"
  require t.state in 0..t.node-1
    for t in code.normal
    "node {t.node} reads states 0 to {t.node - 1}, not {t.state}"
  require t.state in 0..t.node-1
    for t in code.reduce
    "node {t.node} reads states 0 to {t.node - 1}, not {t.state}"
  require t.node in code.normal_concat
    for t in code.normal
    "node {t.node} is put out, but not in the list"
  require t.node in code.reduce_concat
    for t in code.reduce
    "node {t.node} is put out, but not in the list"
  require [
    d
    for d in code.normal
    if d.node == t.node and (d.state < 2 or d.state in [f.node for f in code.normal])
  ]
    for t in code.normal
    "node {t.node} reads no state that is there"
  require [
    d
    for d in code.reduce
    if d.node == t.node and (d.state < 2 or d.state in [f.node for f in code.reduce])
  ]
    for t in code.reduce
    "node {t.node} reads no state that is there"
}

param code: fairdarts = """Genotype(
  normal=[('sep_conv_3x3', 2, 0), ('sep_conv_5x5', 2, 1), ('max_pool_3x3', 4, 0), ('sep_conv_3x3', 5, 0)],
  normal_concat=range(2, 6),
  reduce=[('max_pool_3x3', 2, 0), ('avg_pool_3x3', 2, 1), ('avg_pool_3x3', 3, 0), ('dil_conv_5x5', 3, 1),
          ('avg_pool_3x3', 4, 0), ('sep_conv_5x5', 4, 1), ('skip_connect', 5, 0), ('skip_connect', 5, 1)],
  reduce_concat=range(2, 6))"""
param C = 36, layers = 20, size = 32, classes = 10, skeleton = "cifar"
param stem = C if skeleton == "imagenet" else 3*C, auxiliary = false, drop = 0.0

# Node numbers, each where it comes first.
motif nodes(edges) = [e.node for i, e in edges if not e.node in [d.node for j, d in edges if j < i]]

motif cell(edges, reduction) = graph (a, b) {
  s = [a, b]
  known = [0, 1]
  for node in nodes(edges) {
    s += sum([
      s[index(known, e.state)] -> genotype_op(e.op, 2 if reduction and e.state < 2 else 1)
      for e in edges
      if e.node == node and e.state in known
    ])
      -> drop_path(drop)
    unread = [a -> genotype_op(e.op, 1) for e in edges if e.node == node and not e.state in known]
    known += node
  }
  out concat(s[2..])
}

let normal = cell(code.normal, false)
let reduce = cell(code.reduce, true)
let imagenet = case skeleton { cifar: false, imagenet: true }

network = image(3, size, size)
  -> genotype_stem(stem, imagenet)
  -> genotype_cells(
    [reduce if is_small(i, layers) else normal for i in 0..layers-1],
    C,
    0,
    imagenet
  )
  -> genotype_heads(classes, imagenet, auxiliary, identity if imagenet else bn)

# Where every node has two edges.
encode darts = genotype(
  normal = [
    pair(op = e.op, state = e.state)
    for n in code.normal_concat
    for e in code.normal
    if e.node == n
  ],
  normal_concat = code.normal_concat,
  reduce = [
    pair(op = e.op, state = e.state)
    for n in code.reduce_concat
    for e in code.reduce
    if e.node == n
  ],
  reduce_concat = code.reduce_concat
)
