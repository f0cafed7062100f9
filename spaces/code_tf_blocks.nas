space code_tf_blocks "A mobile network of TensorFlow's block strings (MnasNet, EfficientNet, MixNet)"
# r repeats, k kernel (k3.5: the channels are split over kernels), s strides, e expansion, i and o channels in
# and out, se squeeze-excite by a ratio of the channels in, a and p kernels of the convolutions that widen
# and narrow. Nothing is widened with e1. Paddings and batch norms are TensorFlow's. The default is EfficientNet-B0.
import "lib_mobile.nas"

encoding tf_blocks python "block strings of TensorFlow: r2_k3_s22_e6_i16_o24_se0.25 (MnasNet, EfficientNet)" {
  code   = "[{block, ...}]"
  block  = "'{args _ ...}'"
  args   = {
    r: "r{int}" = 1
    k: "k{kernel . ...}" = [3]
    a: "a{kernel . ...}" = [1]
    p: "p{kernel . ...}" = [1]
    s: "s{digit ...}" = [1, 1]
    e: "e{number}" = 1
    i: "i{int}"
    o: "o{int}"
    se: "se{number}" = 0
    noskip: "noskip" = false
  }
  kernel = int
  require block.s in [[1, 1], [2, 2]] for block in code "strides are 11 or 22"
  require n == 0 or block.i == code[n-1].o
    for n, block in code
    "the block reads {block.i} channels, the one before it gives {code[n-1].o}"
}

param code: tf_blocks = """[
  "r1_k3_s11_e1_i32_o16_se0.25", "r2_k3_s22_e6_i16_o24_se0.25", "r2_k5_s22_e6_i24_o40_se0.25",
  "r3_k3_s22_e6_i40_o80_se0.25", "r3_k5_s11_e6_i80_o112_se0.25", "r4_k5_s22_e6_i112_o192_se0.25",
  "r1_k3_s11_e6_i192_o320_se0.25"
]"""
param size = 224, classes = 1000, head = 1280, wider = 1.0, deeper = 1.0, swish = true
param pads = "tf", bn_eps = 1e-3, bn_momentum = 0.01

let act = silu if swish else relu
let norm = bn(eps = bn_eps, momentum = bn_momentum)

motif block(b, o, stride) = graph (x) {
  i = channels(x)
  wide = x if b.e == 1 else x -> point(int(i * b.e), b.a, pads) -> norm -> act
  deep = wide -> deep(b.k, stride, pads) -> norm -> act
  seen = deep -> squeeze_excite(max(1, int(i * b.se)), act = act) if b.se > 0 else deep
  y = seen -> point(o, b.p, pads) -> norm
  out sum([x, y]) if stride == 1 and i == o and not b.noskip else y
}

network = image(3, size, size)
  -> conv_act(rounded(code[0].i * wider), 3, 2, act = act, norm = norm, pad = pads)
  -> chain([
    block(b, rounded(b.o * wider), b.s[0] if n == 1 else 1)
    for b in code
    for n in 1..ceil(b.r * deeper)
  ])
  -> mobile_head(rounded(head * wider), classes, act = act, norm = norm)
