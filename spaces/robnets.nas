space robnets "When NAS Meets Robustness, RobNets (Guo et al.; CVPR 2020)"
# DARTS's cell with all 14 edges: each has a code of two bits, 01 a separable convolution, 10 the identity
# (a factorized reduction at stride 2), 11 both, 00 nothing. A node is the sum of what comes, zero if nothing
# does. All cells share one list of codes (4^14) unless `free = true`: then each has its own (4^(14*layers)).
# Batch norms inside cells have no parameters. In a reduction cell edges from its inputs have stride 2.
import "lib_darts.nas"
import "lib_robnet.nas"

param C = 36, layers = 20, steps = 4, size = 32, classes = 10, free = false

motif norm = bn(affine = false)

motif codes = [[any ["00", "01", "10", "11"] for j in 0..i] for i in 1..steps]

motif cell(code, reduction) = graph (a, b) {
  s = [a, b]
  for i in 0..steps-1 {
    convs = [
      x -> sep_conv(3, 2 if reduction and j < 2 else 1, norm)
      for j, x in s
      if code[i][j] in ["01", "11"]
    ]
    skips = [
      x -> skip(2 if reduction and j < 2 else 1, norm)
      for j, x in s
      if code[i][j] in ["10", "11"]
    ]
    kept = convs + skips
    s += sum(kept) if kept else a -> zero(2 if reduction else 1)
  }
  out concat(s[2..])
}

let shared = codes()
motif normal = cell(codes() if free else shared, false)
motif reduce = cell(codes() if free else shared, true)

network = image(3, size, size) -> darts_cifar(normal, reduce, C, layers, classes, norm)

encode robnet = [
  [
    `darts_cifar/out/darts_cells/i[{n}]/s/call/code/if/i[{i}]/j[{j}]`
    for i in 0..steps-1
    for j in 0..i+1
  ]
  for n in 0..layers-1
]
  if free
  else [[`shared/i[{i}]/j[{j}]` for i in 0..steps-1 for j in 0..i+1]]
