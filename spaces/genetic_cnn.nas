# Stages of ordered nodes, one bit for every pair of nodes of a stage.
#
# A node that others read but that reads none is fed by the stage's input node; a node that reads
# others but that none reads feeds its output node; a node without any edge does not exist; without
# any edge at all, the input node feeds the output node. Where edges meet, they are summed. CIFAR: K
# = (3, 4, 5), 524,288 codes. MNIST: --set K3=0 --set K2=5, 8,192 codes. The paper leaves the widths
# of its reduced training open; here they double from stage to stage.
space genetic_cnn "Genetic CNN (Xie, Yuille; ICCV 2017)"
import "lib_basic.nas"
import "lib_genetic.nas"

param K1 = 3, K2 = 4, K3 = 5  # nodes of each stage; 0 for no such stage
param C = 64, size = 32, channels_in = 3, classes = 10

motif node(c) = conv_bn_relu(3, c)

motif stage(k, c) = graph (x) {
  reads = [some of 1..i-1 for i in 1..k]  # reads[i - 1]: the nodes that node i reads
  read = [[j for j in i+1..k if i in reads[j-1]] for i in 1..k]  # and those that read it
  first = x -> node(c)
  n = [first]
  for i in 1..k {
    fed = sum([n[j] for j in reads[i-1]]) if reads[i-1] else first
    n += fed -> node(c) if reads[i-1] or read[i-1] else first
  }
  ends = [n[i] for i in 1..k if reads[i-1] and not read[i-1]]
  out (sum(ends) if ends else first) -> node(c) -> max_pool(2, 2)
}

network = image(channels_in, size, size)
  -> chain([stage(k, [C, 2*C, 4*C][i]) for i, k in [K1, K2, K3] if k > 0])
  -> classifier(classes)

motif stage_bit(s, i, j) = 1 if `chain/modules/i[{s}]/reads/i[{i}][{j}]` else 0

encode genetic_cnn = [
  stage(
    first = stage_bit(s, 1, 0),
    rest = [
      node(first = stage_bit(s, i, 0), rest = [stage_bit(s, i, j) for j in 1..i-1])
      for i in 2..k-1
    ]
  )
  for s, k in [K1, K2, K3]
  if k > 1
]
