space code_motif_edges "Hierarchical representations by their edges (Liu et al.; ICLR 2018)"
# The network of lib_hierarchical.nas, from a text that names every edge by its two nodes, as the figure of
# the paper does. An edge that is not named is not there.
import "lib_hierarchical.nas"

encoding motif_edges json "operators, motifs of 4 nodes and the cell of 5, edge by edge (ICLR 2018)" {
  code   = "{{'ops': [{ops: quoted, ...}], {motifs: dag ...} 'cell': {{{cell: place, ...}}}}}"
  dag    = "'motif{number: int}': {{{edges: edge, ...}}},"
  edge   = "'{from: digit}{to: digit}': '{op}'"
  place  = "'{from: digit}{to: digit}': {number: int}"
  quoted = "'{op}'"
  op     = "identity" | "conv1x1" | "dw3x3" | "sep3x3" | "max3" | "avg3"
  require dag.number == i + 1 for i, dag in code.motifs "motif {i+1} is next, not {dag.number}"
  require edge.from in 1..edge.to-1 and edge.to <= 4
    for dag in code.motifs
    for edge in dag.edges
    "an edge leads from one of nodes 1 to 4 to a later one"
  require edge.from in 1..edge.to-1 and edge.to <= 5
    for edge in code.cell
    "an edge leads from one of nodes 1 to 5 to a later one"
  require edge.number in 1..len(code.motifs)
    for edge in code.cell
    "there are motifs 1 to {len(code.motifs)}, not {edge.number}"
}

param code: motif_edges = """{
  "ops": ["max3", "avg3", "identity", "conv1x1", "sep3x3", "dw3x3"],
  "motif1": {"12": "max3", "13": "conv1x1", "14": "sep3x3", "23": "dw3x3", "24": "conv1x1", "34": "max3"},
  "motif2": {"12": "max3", "13": "dw3x3", "14": "conv1x1", "23": "dw3x3", "24": "sep3x3", "34": "sep3x3"},
  "motif3": {"12": "sep3x3", "13": "dw3x3", "14": "sep3x3", "23": "sep3x3", "24": "identity", "34": "avg3"},
  "motif4": {"12": "avg3", "13": "sep3x3", "14": "identity", "23": "sep3x3", "24": "max3", "34": "avg3"},
  "motif5": {"12": "identity", "13": "sep3x3", "14": "sep3x3", "23": "identity", "24": "identity", "34": "sep3x3"},
  "motif6": {"12": "dw3x3", "13": "max3", "14": "sep3x3", "23": "max3", "24": "identity", "34": "avg3"},
  "cell": {"12": 5, "13": 3, "14": 3, "15": 4, "23": 3, "24": 1, "25": 5, "34": 3, "35": 5, "45": 5}
}"""
param C = 64, cells = 2, size = 32, classes = 10

# The edges of nodes 2 to n, one from each earlier node.
motif named(labels, none) = (labels + [none])[0]
motif ops_of(edges) = [
  [named([e.op for e in edges if e.from == i and e.to == j], "none") for i in 1..j-1]
  for j in 2..4
]
motif motifs_of(places) = [
  [named([e.number for e in places if e.from == i and e.to == j], 0) for i in 1..j-1]
  for j in 2..5
]

motif level2(number) = hierarchical_dag(ops_of(code.motifs[number-1].edges), level1, "none")
let cell = hierarchical_dag(motifs_of(code.cell), level2, 0)

network = hierarchical_network(cell, C, cells, size, classes)

encode hierarchical = code(
  motifs = [ops_of(m.edges) for m in code.motifs],
  cell = motifs_of(code.cell)
)
