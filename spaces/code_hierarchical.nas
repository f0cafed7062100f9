space code_hierarchical "A cell of motifs in the network of Hierarchical representations (Liu et al.; ICLR 2018)"
# The default is the paper's best cell, after its figure: what meets there is in lib_hierarchical.nas.
import "lib_hierarchical.nas"

param code: hierarchical = """{
  "motifs": [
    [["max3"], ["conv1x1", "dw3x3"], ["sep3x3", "conv1x1", "max3"]],
    [["max3"], ["dw3x3", "dw3x3"], ["conv1x1", "sep3x3", "sep3x3"]],
    [["sep3x3"], ["dw3x3", "sep3x3"], ["sep3x3", "identity", "avg3"]],
    [["avg3"], ["sep3x3", "sep3x3"], ["identity", "max3", "avg3"]],
    [["identity"], ["sep3x3", "identity"], ["sep3x3", "identity", "sep3x3"]],
    [["dw3x3"], ["max3", "max3"], ["sep3x3", "identity", "avg3"]]
  ],
  "cell": [[5], [3, 3], [3, 1, 3], [4, 5, 5, 5]]
}"""
param C = 64, cells = 2, size = 32, classes = 10

motif level2(number) = hierarchical_dag(code.motifs[number-1], level1, "none")
let cell = hierarchical_dag(code.cell, level2, 0)

network = hierarchical_network(cell, C, cells, size, classes)

encode motif_edges = code(
  ops = ["max3", "avg3", "identity", "conv1x1", "sep3x3", "dw3x3"],
  motifs = [
    dag(
      number = m + 1,
      edges = [
        edge(from = i + 1, to = j + 2, op = nodes[j][i])
        for i in 0..2
        for j in i..2
        if nodes[j][i] != "none"
      ]
    )
    for m, nodes in code.motifs
  ],
  cell = [
    edge(from = i + 1, to = j + 2, number = code.cell[j][i])
    for i in 0..3
    for j in i..3
    if code.cell[j][i] != 0
  ]
)
