# The networks of ENAS's micro cells and of NAO. A cell is a row of numbers, four for each node: a state, its
# operator, another state, its operator. State 0 is the output of the cell before the last, 1 that of the
# last cell, 2, 3, … are the nodes in order. A node adds; in a reduction cell operators that read 0 or 1 have
# stride 2. The output of a cell joins the states that no node reads, 0 and 1 as well.
import "lib_genotype.nas"
import "lib_nasnet.nas"

encoding enas_micro tight "ENAS fixed_arc of two cells: input, operator, input, operator for each node (ICML 2018)" {
  code = "{int ' ' ...}"
  require len(code) > 0 and len(code) % 8 == 0 "a node has four numbers, in each of two cells"
  require i%2 == 1 or x in 0..(i % (len(code) / 2))/4+1
    for i, x in code
    "node {(i % (len(code)/2)) / 4 + 2} reads states 0 to {(i % (len(code)/2)) / 4 + 1}, not {x}"
  require i%2 == 0 or x in 0..4 for i, x in code "there are operators 0 to 4, not {x}"
}

motif enas_identity(stride) = graph (x) {
  out x if stride == 1 else x -> halve_any(channels(x)) -> bn
}

motif enas_op(number, stride) = case number {
  0: sep_conv(3, stride)
  1: sep_conv(5, stride)
  2: avg_pool(3, stride = stride)
  3: max_pool(3, stride = stride)
  4: enas_identity(stride)
}

# `base` stands behind the last cell's output, fitted to the width.
motif enas_cell(numbers, reduction, op, base) = graph (before, last) {
  s = [before, last -> base]
  for i in 0..len(numbers)/4-1 {
    s += sum([
      s[numbers[k]] -> op(numbers[k+1], 2 if reduction and numbers[k] < 2 else 1)
      for k in [4*i, 4*i + 2]
    ])
  }
  read = [numbers[2*i] for i in 0..len(numbers)/2-1]
  out concat([
      x if height(x) == height(s[-1]) else x -> halve_any(channels(x)) -> bn
      for i, x in s
      if i not in read
    ])
}

# 3n cells and two reductions between their thirds, which double the width c. Puts out the last state behind
# `act` and that of cell `middle`.
motif enas_cells(normal, reduce, c, n, middle, act) = graph (a, b) {
  s = [a, b]
  width = c
  for i in 0..3*n+1 {
    small = i == n or i == 2*n + 1
    width = 2*width if small else width
    before = (s[-2], s[-1]) -> fit_to(width)
    last = (s[-1], s[-1]) -> fit_to(width)
    s += (before, last) -> (reduce if small else normal)
  }
  out s[-1] -> act, s[middle+2]
}

# The stem, the cells and the heads. ENAS has a convolution in front of the last input of every cell, a ReLU
# in front of the classifiers, which have no bias, and the auxiliary head a cell further on.
motif enas_network(code, op, c, n, size, classes, imagenet, enas, auxiliary) = image(3, size, size)
  -> genotype_stem(c if imagenet else 3*c, imagenet)
  -> enas_cells(
    enas_cell(code[..len(code)/2-1], false, op, enas_base(enas)),
    enas_cell(code[len(code)/2..], true, op, enas_base(enas)),
    c,
    n,
    2*n + 2 if enas else 2*n + 1,
    relu if enas else identity
  )
  -> genotype_heads(classes, imagenet, auxiliary, bias = not enas)

motif enas_base(enas) = graph (x) {
  out x -> relu_conv_bn(channels(x)) if enas else x
}
