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

# A block is its width and its operations: banks read > banks written, width, paths of convolutions.
encoding smash tight "blocks of operations on memory banks (ICLR 2018)" {
  code  = "{block / ...}"
  block = "{width: int}:{operations: op ; ...}"
  op    = "{reads: int , ...}>{writes: int , ...}({width: int}){paths: path + ...}"
  path  = "{conv}" | "{first: conv}-{second: conv}"
  conv  = "{height: int}x{width: int}d{down: int}x{right: int}g{groups: int}"
}

# What is decided about a convolution of operation i of block b.
motif conv_code(b, i, at) = conv(
  height = `chain/modules/i[{b}]/block/i[{i}]/y/operation={at}/k`,
  width = `chain/modules/i[{b}]/block/i[{i}]/y/operation={at}/l`,
  down = 1
    if `chain/modules/i[{b}]/block/i[{i}]/y/operation={at}/k` == 7
    else `chain/modules/i[{b}]/block/i[{i}]/y/operation={at}/conv.dilation/0`,
  right = 1
    if `chain/modules/i[{b}]/block/i[{i}]/y/operation={at}/l` == 7
    else `chain/modules/i[{b}]/block/i[{i}]/y/operation={at}/conv.dilation/1`,
  groups = `chain/modules/i[{b}]/block/i[{i}]/y/operation={at}/conv.groups`
)

motif pair_code(b, i, at) = pair(
  first = conv_code(b, i, at + "/part"),
  second = conv_code(b, i, at + "/part#2")
)

motif operation_code(b, i) = op(
  reads = `chain/modules/i[{b}]/block/i[{i}]/reads`,
  writes = `chain/modules/i[{b}]/block/i[{i}]/writes`,
  width = `chain/modules/i[{b}]/block/i[{i}]/y/conv.out`,
  paths = case `chain/modules/i[{b}]/block/i[{i}]/y/operation` {
    single:        [conv_code(b, i, "single")]
    single_single: [conv_code(b, i, "single_single/part"), conv_code(b, i, "single_single/part#2")]
    double:        [pair_code(b, i, "double")]
    double_single: [pair_code(b, i, "double_single/0"), conv_code(b, i, "double_single/part")]
    double_double: [pair_code(b, i, "double_double/0"), pair_code(b, i, "double_double/1")]
  }
)

encode smash = [
  block(
    width = `chain/modules/i[{b}]/block/c`,
    operations = [operation_code(b, i) for i in 0..operations-1]
  )
  for b in 0..blocks-1
]
