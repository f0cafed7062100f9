space nasbench101 "NAS-Bench-101 (Ying et al.; ICML 2019)"
# A matrix of edges over 7 vertices (input, five operators, output), at most 9 of them, and the operators;
# lib_nasbench101.nas has the module. A vertex on no path from input to output does not count, so modules
# with fewer vertices are here too. 423,624 modules differ.
import "lib_nasbench101.nas"

param C = 128, vertices = 7, edges = 9, modules = 3, size = 32, classes = 10

# Whether edge[j - 1][i] goes from vertex i to vertex j, and what vertices 1, 2, … are: decided once.
let edge = [[any [false, true] for i in 0..j-1] for j in 1..vertices-1]
let op = [any ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"] for i in 1..vertices-2]

require sum([1 for row in edge for bit in row if bit]) <= edges

network = image(3, size, size) -> nasbench101(edge, op, C, modules, classes)

encode nasbench101 = code(
  matrix = [
    [
      (1 if `edge/j[{j-1}]/i[{i}]` else 0) if i < j else 0
      for j in 0..vertices-1
    ]
    for i in 0..vertices-1
  ],
  ops = ["input"] + [`op/i[{i}]` for i in 0..vertices-3] + ["output"]
)
