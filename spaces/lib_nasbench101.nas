# The module of NAS-Bench-101 (Ying et al.; ICML 2019): its input is vertex 0, its output the last one.
# edge[j - 1][i] says whether vertex i leads to vertex j, op[i - 1] what vertex i does. A vertex counts
# only if it lies on a path from input to output, of which there must be one. The vertices that the output
# reads share its c channels (the first ones get one more if need be), any other has as many as the
# widest that reads it, and what is wider than its reader is cut off. The input is brought to a vertex
# by a 1x1 convolution of each edge. The output joins what it reads; an edge from input to output is added.

motif conv_bn_relu(k, c) = conv(k, out = c) -> bn -> relu
motif cut(c) = graph (x) {
  out x if channels(x) == c else x -> narrow(0, c)
}

motif module(c, edge, op) = graph (x) {
  last = len(edge)
  reached = [true]
  for j in 1..last {
    reached += len([i for i in 0..j-1 if edge[j-1][i] and reached[i]]) > 0
  }
  require reached[last]

  # Backwards: whether the vertices last, last - 1, … count, and their channels.
  back = [true]
  wide = [c]
  read = [i for i in 1..last-1 if edge[last-1][i] and reached[i]]
  for i in reverse(1..last-1) {
    readers = [j for j in i+1..last if edge[j-1][i] and back[last-j]]
    back += readers and reached[i]
    rank = len([k for k in read if k < i])
    own = c / max(1, len(read)) + (1 if rank < c % max(1, len(read)) else 0)
    wide += own if edge[last-1][i] else max([1] + [wide[last-j] for j in readers])
  }

  h = [x]
  for i in 1..last-1 {
    w = wide[last-i]
    when back[last-i] {
      fed = [
        h[j] -> (conv_bn_relu(1, w) if j == 0 else cut(w))
        for j in 0..i-1
        if edge[i-1][j] and reached[j]
      ]
      y = sum(fed)
      h += y
        -> (
          conv_bn_relu(3, w)
            if op[i-1] == "conv3x3-bn-relu"
            else conv_bn_relu(1, w) if op[i-1] == "conv1x1-bn-relu" else max_pool(3)
        )
    } else {
      h += x
    }
  }
  past = [x -> conv_bn_relu(1, c) for i in [0] if edge[last-1][0]]
  y = sum([concat([h[i] for i in read])] + past) if read else sum(past)
  out y
}

motif nasbench101(edge, op, c, modules, classes) = conv_bn_relu(3, c)
  -> modules * module(c, edge, op)
  -> max_pool(2, stride = 2)
  -> modules * module(2*c, edge, op)
  -> max_pool(2, stride = 2)
  -> modules * module(4*c, edge, op)
  -> global_avg_pool
  -> linear(classes)

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
  require not bit or j > i
    for i, row in code.matrix
    for j, bit in row
    "vertex {i} leads to the earlier vertex {j}: the matrix is upper triangular"
  require sum([sum(row) for row in code.matrix]) <= 9 "a module has at most 9 edges"
  require len(code.ops) == len(code.matrix) "an operator for each vertex of the matrix"
  require (op == "input") == (i == 0) for i, op in code.ops "`input` is the first, and only it"
  require (op == "output") == (i == len(code.ops) - 1)
    for i, op in code.ops
    "`output` is the last, and only it"
}
