space code_darts "Networks of DARTS genotypes (Liu, Simonyan, Yang; ICLR 2019)"
# Any two cells of the DARTS family in the network of the release for CIFAR-10, or with C = 48, layers = 14,
# size = 224, classes = 1000, skeleton = "imagenet" in that for ImageNet. In other releases the same text
# means another network: SNAS normalises pools (pool_bn), XNAS and NSGA-Net gate cells (se), XNAS has a stem
# of its own width, and NSGA-Net makes every cell wider by `grow` instead of doubling the width in
# reductions. Published sizes leave out the auxiliary head, which trains with auxiliary = true; the head of
# SNAS for ImageNet, and of others who correct the release, has auxiliary_bn.
import "lib_genotype.nas"
import "lib_slim.nas"

param code: darts = """Genotype(
  normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1),
          ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)],
  normal_concat=[2, 3, 4, 5],
  reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1),
          ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)],
  reduce_concat=[2, 3, 4, 5])"""
param C = 36, layers = 20, size = 32, classes = 10, skeleton = "cifar"
param stem = C if skeleton == "imagenet" else 3*C, grow = 0, pool_bn = false, se = "none"
param auxiliary = false, auxiliary_bn = skeleton == "cifar", drop = 0.0

motif op(name, stride) = genotype_op(
  name,
  stride,
  after_pool = bn if pool_bn else identity,
  drop = drop
)

let normal = genotype_cell(code.normal, code.normal_concat, false, op)
let reduce = genotype_cell(code.reduce, code.reduce_concat, true, op)

# The gate behind cell i.
motif gate(i) = case se {
  none:    identity
  nsganet: squeeze_excite(16)
  xnas:    identity if i > 2*layers/3 else squeeze_excite(4 if i < layers/3 else 8)
}

let cells = [(reduce if is_small(i, layers) else normal) -> gate(i) for i in 0..layers-1]

let imagenet = case skeleton { cifar: false, imagenet: true }

network = image(3, size, size)
  -> genotype_stem(stem, imagenet)
  -> genotype_cells(cells, C, grow, imagenet)
  -> genotype_heads(classes, imagenet, auxiliary, bn if auxiliary_bn else identity)

encode dxy = genotype(
  normal = [
    node(first = code.normal[2*i], second = code.normal[2*i+1])
    for i in 0..len(code.normal)/2-1
  ],
  normal_concat = code.normal_concat,
  reduce = [
    node(first = code.reduce[2*i], second = code.reduce[2*i+1])
    for i in 0..len(code.reduce)/2-1
  ],
  reduce_concat = code.reduce_concat,
  connectN = none,
  connects = none
)

encode fairdarts = genotype(
  normal = [triple(op = e.op, node = i/2 + 2, state = e.state) for i, e in code.normal],
  normal_concat = code.normal_concat,
  reduce = [triple(op = e.op, node = i/2 + 2, state = e.state) for i, e in code.reduce],
  reduce_concat = code.reduce_concat
)

motif slim_op(name) = case name {
  skip_connect: "none"
  nor_conv_1x1: "1x1"
  sep_conv_3x3: "separable_3x3_2"
  sep_conv_5x5: "separable_5x5_2"
  sep_conv_7x7: "separable_7x7_2"
  avg_pool_3x3: "avg_pool_3x3"
  max_pool_3x3: "max_pool_3x3"
}
motif slim_lists(pairs, joined) = lists(
  operations = [slim_op(e.op) for e in pairs],
  hiddenstate_indices = [slim_index(e.state) for e in pairs],
  used_hiddenstates = [slim_flag(slim_index(i) not in joined) for i in 0..len(pairs)/2+1]
)

encode slim = both(
  normal = slim_lists(code.normal, code.normal_concat),
  reduction = slim_lists(code.reduce, code.reduce_concat)
)
