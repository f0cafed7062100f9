# Motifs of motifs as lists of edges, and the network of the paper. Where edges meet, they are concatenated
# and a 1x1 convolution restores the width: of twelve readings, the one with the published 15.7M weights.
import "lib_basic.nas"

encoding hierarchical json "motifs and the cell: for each node, its edges from those before it (ICLR 2018)" {
  code  = "{{'motifs': [{motifs: dag, ...}], 'cell': [{cell: reads, ...}]}}"
  dag   = "[{node, ...}]"
  node  = "[{op, ...}]"
  reads = "[{int, ...}]"
  op    = "'none'" | "'identity'" | "'conv1x1'" | "'dw3x3'" | "'sep3x3'" | "'max3'" | "'avg3'"
  require len(node) == i + 1
    for dag in code.motifs
    for i, node in dag
    "node {i+2} of a motif has an edge from each earlier node"
  require len(node) == i + 1
    for i, node in code.cell
    "node {i+2} of the cell has an edge from each earlier node"
  require m in 0..len(code.motifs)
    for node in code.cell
    for m in node
    "there are motifs 1 to {len(code.motifs)}, and 0 for none"
}

motif level1(name) = case name {
  identity: identity
  conv1x1:  conv(1) -> bn -> relu
  dw3x3:    dw_bn_relu(3)
  sep3x3:   dw_conv(3) -> conv(1) -> bn -> relu
  max3:     max_pool(3)
  avg3:     avg_pool(3)
}

# A graph by the edges of its nodes 2, 3, …, one from each earlier node; an edge `none` is not there.
motif hierarchical_dag(nodes, op, none) = graph (x) {
  s = [x]
  for edges in nodes {
    fed = [s[i] -> op(edge) for i, edge in edges if edge != none]
    when len(fed) > 1 {
      s += concat(fed) -> conv_bn(1, channels(x))
    } else {
      s += fed[0] if fed else x -> zero
    }
  }
  out s[-1]
}
motif hierarchical_network(cell, c, cells, size, classes) = image(3, size, size)
  -> conv_bn_relu(3, c)
  -> hierarchical_stage(cell, c, cells)
  -> sep_bn_relu(3, 2*c, 2)
  -> hierarchical_stage(cell, 2*c, cells)
  -> sep_bn_relu(3, 4*c, 2)
  -> hierarchical_stage(cell, 4*c, cells)
  -> sep_bn_relu(3, 4*c)
  -> classifier(classes)
motif hierarchical_stage(cell, c, cells) = (cells - 1) * (cell -> sep_bn_relu(3, c)) -> cell
