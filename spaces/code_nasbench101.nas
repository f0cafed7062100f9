space code_nasbench101 "Any module of NAS-Bench-101 (Ying et al.; ICML 2019)"
# Vertex 0 is the input, the last one the output; matrix[i][j] = 1 leads from i to j. Vertices that lie on
# no path from input to output are left out, as the benchmark does before it counts. The default is the
# Inception-like cell of its README.
import "lib_nasbench101.nas"

param code: nasbench101 = """{
  "matrix": [[0, 1, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 1, 0, 0],
             [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0]],
  "ops": ["input", "conv1x1-bn-relu", "conv3x3-bn-relu", "conv3x3-bn-relu", "conv3x3-bn-relu",
          "maxpool3x3", "output"]
}"""
param C = 128, modules = 3, size = 32, classes = 10

let vertices = len(code.matrix)
let edge = [[code.matrix[i][j] == 1 for i in 0..j-1] for j in 1..vertices-1]

network = image(3, size, size) -> nasbench101(edge, code.ops[1..], C, modules, classes)
