space code_densenas "A DenseNAS configuration (Fang et al.; CVPR 2020)"
# Blocks apart by |: channels in and out, the head operator with the stride, the operators stacked on it,
# their number (which their list tells too), the stride. An operator is an inverted residual with its kernel
# and expansion; with expansion 1 nothing is expanded. The last item is a 1x1 convolution.
import "lib_mobile.nas"

encoding densenas python "DenseNAS: [[in, out], head, [stack], n, stride] | … (2020)" {
  code  = "{block | ...}"
  block = mbconv: "[[{in: int}, {out: int}], {head: op}, [{stack: op, ...}], {n: int}, {stride: int}]"
    | conv: "[[{in: int}, {out: int}], 'conv1_1']"
  op    = "'mbconv_k{k: int}_t{t: int}'"
  require block.kind == "conv" or block.n == len(block.stack)
    for block in code
    "the number of stacked operators is that of their list"
  require i == 0 or block.in == code[i-1].out
    for i, block in code
    "the block reads {block.in} channels, the one before it gives {code[i-1].out}"
  require (block.kind == "conv") == (i == len(code) - 1)
    for i, block in code
    "`conv1_1` is the last, and only it"
}

param code: densenas = """
  [[16, 16], 'mbconv_k3_t1', [], 0, 1] |
  [[16, 24], 'mbconv_k3_t6', [], 0, 2] |
  [[24, 48], 'mbconv_k7_t6', ['mbconv_k3_t3'], 1, 2] |
  [[48, 72], 'mbconv_k5_t6', ['mbconv_k3_t6', 'mbconv_k3_t3'], 2, 2] |
  [[72, 128], 'mbconv_k3_t6', ['mbconv_k3_t3', 'mbconv_k3_t3'], 2, 1] |
  [[128, 160], 'mbconv_k3_t6', ['mbconv_k7_t3', 'mbconv_k5_t6', 'mbconv_k7_t3'], 3, 2] |
  [[160, 176], 'mbconv_k3_t3', ['mbconv_k3_t6', 'mbconv_k3_t6', 'mbconv_k3_t6'], 3, 1] |
  [[176, 384], 'mbconv_k7_t6', [], 0, 1] |
  [[384, 1984], 'conv1_1']
"""
param size = 224, classes = 1000

let norm = bn(eps = 0.001)

motif op(o, c, stride) = mbconv(c, o.k, o.t, stride, norm = norm)
motif block(b) = case b.kind {
  mbconv: op(b.head, b.out, b.stride) -> chain([op(o, b.out, 1) for o in b.stack])
  conv:   conv_act(b.out, 1, norm = norm)
}

network = image(3, size, size)
  -> conv_act(code[0].in, 3, 2, norm = norm)
  -> chain([block(b) for b in code])
  -> global_avg_pool
  -> linear(classes)
