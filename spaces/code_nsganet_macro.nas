space code_nsganet_macro "Networks of NSGA-Net's macro search space (Lu et al.; GECCO 2019)"
# A phase is a small graph: state 0 is its input, nodes are 1, 2, …; the lists are the bits of nodes 2, 3, …
# for the nodes before them, and last whether the phase adds its input to what it puts out. A node that is
# read but reads nothing reads state 0, one that reads but is not read is put out, others are not there; so
# are phases without any bit but the last. Where states meet they are joined. The release gives each phase
# a convolution for its input that it uses only if the width changes: dead_convs = true counts it so.
# The first of them is 3x3 and not padded.
# decoder = "swapped-residual" normalises in front of convolutions, "dense" has the nodes of a DenseNet.

encoding nsganet_macro python "NSGA-Net: bits of three phases, a list for each node (GECCO 2019)" {
  code  = "[{phase, ...}]"
  phase = "[{bits, ...}]"
  bits  = "[{bit, ...}]"
  bit   = "0" as 0 | "1" as 1
  require len(phase) >= 2
    for phase in code
    "a phase has the bits of a node and the one for its input"
  require len(bits) == (1 if i == len(phase) - 1 else i + 1)
    for phase in code
    for i, bits in phase
    "node {i+2} has {i+1} bits, and a phase ends in a list of one"
  require 1 in [bit for phase in code for bits in phase[..-2] for bit in bits]
    "some phase has an edge"
}

param code: nsganet_macro = """[
  [[1], [0, 0], [0, 1, 0], [0, 1, 1, 1], [1, 0, 0, 1, 1], [0]],
  [[0], [0, 0], [0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1, 1], [0]],
  [[0], [0, 1], [1, 0, 1], [1, 0, 1, 1], [1, 0, 0, 1, 1], [0]]
]"""
param C1 = 128, C2 = 128, C3 = 128, size = 32, classes = 10, decoder = "residual", dead_convs = true

let dense = case decoder { residual: false, "swapped-residual": false, dense: true }

motif node(c) = case decoder {
  residual:           conv(3, out = c) -> bn -> relu
  "swapped-residual": bn -> relu -> conv(3, out = c)
  dense:              bn -> relu -> conv(1, out = 256) -> bn -> relu -> conv(3, out = 64)
}

# Several states as one; dense nodes take all channels.
motif joined(states, c) = states[0]
  if len(states) == 1
  else concat(states) -> (identity if dense else conv(1, out = c))

motif phase(lists, c, kernel) = graph (x) {
  k = len(lists)
  widened = [
    x -> conv(kernel, out = c, pad = "valid")
    for i in [0]
    if dead_convs or channels(x) != c
  ]
  reads = [[]] + [[j + 1 for j, bit in bits if bit == 1] for bits in lists[..-2]]
  read = [j for states in reads for j in states]
  s = [x if channels(x) == c else widened[0]]
  for i in 1..k {
    from = reads[i-1] if reads[i-1] else [0]
    s += joined([s[j] for j in from], c) -> node(c) if reads[i-1] or i in read else s[0]
  }
  ends = [s[i] for i in 1..k if reads[i-1] and i not in read]
  past = [s[0]] if lists[-1][0] == 1 else []
  y = joined(ends + past if dense else past + ends, c)
  out y -> (conv(1, out = c) if dense else identity) -> bn -> relu
}

let active = [lists for lists in code if 1 in [bit for bits in lists[..-2] for bit in bits]]

network = image(3, size, size)
  -> chain([
    (max_pool(2, 2) if i > 0 else identity)
      -> phase(lists, [C1, C2, C3][i], 1 if i > 0 else 3)
    for i, lists in active
  ])
  -> global_avg_pool
  -> linear(classes)
