# Blocks that read and write banks of memory: an operation concatenates the banks that it reads, and
# what it computes is added to the banks that it writes. At least one bank each.
#
# The block's input is the first bank; a bank that nothing has written yet is zero. Banks of a block
# are equally wide, a multiple of N that is chosen too. An operation is a 1x1 convolution to 1 to 4
# times that width and then one or two paths of one or two convolutions, summed. The released code
# draws the number of operations from a budget of parameters and may write wider results to several
# banks: here the number is fixed and a result is as wide as a bank. The first kernel and dilation
# are vertical. Between blocks, a 1x1 convolution and average pooling.
space smash "SMASH (Brock, Lim, Ritchie, Weston; ICLR 2018)"

param N = 8, banks = 6, operations = 6, blocks = 3, size = 32, classes = 100

# A dilation of at most 4 - kernel/2: 3 for kernel 3, 2 for 5 and 1 for 7.
motif part(c) = relu
  -> conv([k, l], out = c, dilation = [any 1..4-k/2, any 1..4-l/2], groups = any [1, 2, 4, 8])
  where k = any [3, 5, 7], l = any [3, 5, 7]

motif operation(c) = one of {
  single:        part(c)
  single_single: sum([part(c), part(c)])
  double:        part(c) -> part(c)
  double_single: sum([part(c) -> part(c), part(c)])
  double_double: sum([part(c) -> part(c), part(c) -> part(c)])
}

motif block(c) = graph (x) {
  first = x -> conv(1, out = c)
  bank = [first] + [first -> zero for j in 2..banks]
  for i in 1..operations {
    reads = some of bank
    writes = some of 1..banks
    require len(reads) >= 1, len(writes) >= 1
    y = concat(reads) -> bn -> relu -> conv(1, out = (any 1..4) * c) -> bn -> operation(c)
    bank = [sum([b, y]) if j + 1 in writes else b for j, b in bank]
  }
  out concat(bank)
}

motif transition = graph (x) {
  out x -> bn -> relu -> conv(1, out = (channels(x) + 1) / 2) -> avg_pool(2, 2)
}

network = image(3, size, size)
  -> conv(3, out = 2*N) -> relu
  -> chain([block((any 1..4) * N) -> (transition if i < blocks else identity) for i in 1..blocks])
  -> bn -> relu -> global_avg_pool -> linear(classes)
