space nasbench101 "NAS-Bench-101 (Ying et al.; ICML 2019)"
# A module: a matrix of edges over 7 vertices (input, five operators, output), at most 9 of them, and the
# operators. A vertex counts only if it lies on a path from input to output, of which there must be one:
# so modules with fewer vertices are here too. The vertices that the output reads share its C channels
# (the first ones get one more if need be), any other has as many as the widest that reads it, and what is
# wider than its reader is cut off. The input is brought to a vertex by a 1x1 convolution of each edge. The
# output joins what it reads; an edge from input to output is added. 423,624 modules differ.

param C = 128, vertices = 7, edges = 9, modules = 3, size = 32, classes = 10

# Whether edge[j - 1][i] goes from vertex i to vertex j, and what vertices 1, 2, … are: decided once.
let edge = [[any [false, true] for i in 0..j-1] for j in 1..vertices-1]
let op = [any ["conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3"] for i in 1..vertices-2]

motif conv_bn_relu(k, c) = conv(k, out = c) -> bn -> relu
motif cut(c) = graph (x) {
  out x if channels(x) == c else x -> narrow(0, c)
}

motif module(c) = graph (x) {
  last = vertices - 1
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

require sum([1 for row in edge for bit in row if bit]) <= edges

network = image(3, size, size)
  -> conv_bn_relu(3, C)
  -> modules * module(C)
  -> max_pool(2, stride = 2)
  -> modules * module(2*C)
  -> max_pool(2, stride = 2)
  -> modules * module(4*C)
  -> global_avg_pool
  -> linear(classes)
