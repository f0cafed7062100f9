space ofa "Once for All (Cai et al.; ICLR 2020)"
# The MobileNetV3 space: five units of 2, 3 or 4 inverted residuals, each with a kernel and an expansion
# of its own (a layer that is left out decides nothing): (9^2 + 9^3 + 9^4)^5 networks for each of 25 input
# sizes. Strides, activations and squeeze-and-excitation are fixed by unit. The released networks have
# width = 1.0 or 1.2, which multiplies all numbers of channels.
import "lib_mobile.nas"

param width = 1.0, classes = 1000, smallest = 128, largest = 224

let size = any smallest..largest step 4

motif w(c) = divisible(c * width, 8)

motif layer(c, stride, act, inner) = mbconv(
  c,
  any [3, 5, 7],
  any [3, 4, 6],
  stride,
  act = act,
  inner = inner
)

motif unit(c, stride, act, inner = identity) = repeat any 2..4 as i {
  layer(w(c), stride if i == 0 else 1, act, inner)
}

network = image(3, size, size)
  -> conv_act(w(16), 3, 2, act = hard_swish)
  -> mbconv(w(16), 3, 1, act = relu)
  -> unit(24, 2, relu)
  -> unit(40, 2, relu, squeeze_quarter)
  -> unit(80, 2, hard_swish)
  -> unit(112, 1, hard_swish, squeeze_quarter)
  -> unit(160, 2, hard_swish, squeeze_quarter)
  -> conv_act(w(960), 1, act = hard_swish)
  -> global_avg_pool
  -> linear(w(1280), bias = false)
  -> hard_swish
  -> linear(classes)

# The sub-network as the released code describes it: 20 kernels and expansions, five depths, a size. A unit
# of depth d uses the first d of its four; the others mean nothing.
encoding ofa_subnet python "kernels, expansions, depths and size of a sub-network (ICLR 2020)" {
  code = "{{'ks': [{ks: int, ...}], 'e': [{e: int, ...}], 'd': [{d: int, ...}], 'r': [{r: int}]}}"
  require len(code.ks) == 20 and len(code.e) == 20 "there are 20 layers, four of each unit"
  require len(code.d) == 5 "there are five units"
}

let units = ["unit", "unit#2", "unit#3", "unit#4", "unit#5"]

encode ofa_subnet = subnet(
  ks = [
    `{u}/repeat[{i}]/k` if `{u}/repeat/count` > i else anything(3)
    for u in units
    for i in 0..3
  ],
  e = [`{u}/repeat[{i}]/e` if `{u}/repeat/count` > i else anything(3) for u in units for i in 0..3],
  d = [`{u}/repeat/count` for u in units],
  r = `size`
)
