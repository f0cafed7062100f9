space code_nasbench101 "Any module of NAS-Bench-101 (Ying et al.; ICML 2019)"
# Vertex 0 is the input, the last one the output; matrix[i][j] = 1 leads from i to j. Vertices that lie on
# no path from input to output are left out, as the benchmark does before it counts. The default is the
# Inception-like cell of its README.
import "lib_nasbench101.nas"

encoding nasbench101 json "NAS-Bench-101: matrix and operators (Ying et al. 2019)" {
  code   = "{{{fields, ...}}}"
  fields = {
    matrix: "'matrix': [{row, ...}]"
    ops: "'ops': [{op, ...}]"
  }
  row    = "[{bit, ...}]"
  bit    = "0" as 0 | "1" as 1
  op     = "'input'" | "'output'" | "'conv3x3-bn-relu'" | "'conv1x1-bn-relu'" | "'maxpool3x3'"
  require len(code.matrix) in 2..7 "a module has 2 to 7 vertices"
  require len(row) == len(code.matrix) for row in code.matrix "the matrix is square"
  require not bit or j > i for i, row in code.matrix for j, bit in row
    "vertex {i} leads to the earlier vertex {j}: the matrix is upper triangular"
  require sum([sum(row) for row in code.matrix]) <= 9 "a module has at most 9 edges"
  require len(code.ops) == len(code.matrix) "an operator for each vertex of the matrix"
  require (op == "input") == (i == 0) for i, op in code.ops "`input` is the first, and only it"
  require (op == "output") == (i == len(code.ops) - 1) for i, op in code.ops
    "`output` is the last, and only it"
}

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
