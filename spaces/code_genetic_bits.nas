space code_genetic_bits "Genetic CNN as the port gentun writes and builds it (after Xie, Yuille; ICCV 2017)"
# The bits of a stage stand in a row: that of node 2 for node 1, those of node 3 for 1 and 2, and so on.
# Convolutions have a bias and no batch norm, those that begin a stage a kernel of their own; a stage
# without bits is only the one that begins it. The defaults are the port's network for MNIST.
import "lib_genetic.nas"

encoding genetic_bits tight "Genetic CNN: S_1=101 S_2=0110101010, bits of stages in a row (gentun)" {
  code  = "{stage ' ' ...}"
  stage = "S_{number: int}={bits: bit ...}"
  bit   = "0" as 0 | "1" as 1
  require stage.number == i + 1 for i, stage in code "stage {i+1} is next, not {stage.number}"
  require len(stage.bits) in [n * (n - 1) / 2 for n in 2..99]
    for stage in code
    "n nodes have n*(n-1)/2 bits: 1, 3, 6, 10, …, not {len(stage.bits)}"
  require len(code) <= 4 "there are at most four stages"
}

param code: genetic_bits = "S_1=000 S_2=0000000000"
param C1 = 20, C2 = 50, C3 = 100, C4 = 200, kernel = 5, hidden = 500
param size = 28, channels_in = 1, classes = 10

motif layer(k, c) = conv(k, out = c, bias = true) -> relu

motif nodes_of(bits) = [n for n in 2..99 if n * (n - 1) / 2 == len(bits)][0]

# The nodes that nodes 1, 2, … read: node i begins at bit (i - 1)*(i - 2)/2.
motif reads_of(bits) = [
  [j for j in 1..i-1 if bits[(i - 1)*(i - 2)/2+j-1] == 1]
  for i in 1..nodes_of(bits)
]

network = image(channels_in, size, size)
  -> chain([
    genetic_stage(reads_of(stage.bits), layer(kernel, c), layer(3, c), true) -> max_pool(2, 2)
    for i, stage in code
    for c in [[C1, C2, C3, C4][i]]
  ])
  -> flatten
  -> linear(hidden)
  -> relu
  -> linear(classes)

motif genetic_record(lists) = stage(
  first = lists[0][0],
  rest = [node(first = bits[0], rest = bits[1..]) for bits in lists[1..]]
)

encode genetic_cnn = [
  genetic_record([[s.bits[i*(i - 1)/2+j] for j in 0..i-1] for i in 1..nodes_of(s.bits)-1])
  for s in code
]
