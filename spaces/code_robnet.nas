space code_robnet "Networks of RobNet codes (Guo et al.; CVPR 2020)"
# DARTS cells with all 14 edges: those of node 2 from states 0 and 1, then those of node 3 from 0, 1 and 2, …
# An edge is 00 nothing, 01 a separable convolution, 10 the identity (a factorized reduction at stride 2), 11
# both. All cells have one code (robnet_large), or each its own (robnet_free); reductions read them the same
# way. Batch norms inside cells have no parameters.
import "lib_genotype.nas"
import "lib_robnet.nas"

param code: robnet = """[["11", "11", "11", "11", "11", "01", "11", "01", "10", "11", "01", "01", "01", "11"]]"""
param C = 36, layers = 20, size = 32, classes = 10, skeleton = "cifar"
param stem = C if skeleton == "imagenet" else 3*C

motif norm = bn(affine = false)

motif op(edge, stride) = case edge {
  "00": zero(stride)
  "01": sep_conv(3, stride, norm)
  "10": skip(stride, norm)
  "11": sum([sep_conv(3, stride, norm), skip(stride, norm)])
}

motif cell(edges, reduction) = graph (a, b) {
  s = [a, b]
  for first in [0, 2, 5, 9] {
    s += sum([x -> op(edges[first+j], 2 if reduction and j < 2 else 1) for j, x in s])
  }
  out concat(s[2..])
}

require len(code) == 1 or len(code) == layers

let cells = [cell(code[i%len(code)], is_small(i, layers)) for i in 0..layers-1]
let imagenet = case skeleton { cifar: false, imagenet: true }

network = image(3, size, size)
  -> genotype_stem(stem, imagenet)
  -> genotype_cells(cells, C, 0, imagenet, norm)
  -> genotype_heads(classes, imagenet, false)
