space code_transnas "A network of TransNAS-Bench-101 (Duan et al.; CVPR 2021)"
# width-macro-cell. A digit of macro is a module of two cells, the first of which takes the change: 1 none, 2
# doubles the channels, 3 halves the size, 4 both. A cell a_bc_def has the edges 0-1, 0-2, 1-2, 0-3, 1-3, 2-3
# and operators 0 none, 1 skip, 2 and 3 a convolution 1x1 and 3x3; nodes are sums, the last one is the
# output, and what changes size or width is on the edges that leave node 0. `basic` is a residual block
# instead. structure: "backbone" ends with the features, "full" has the classifier of the benchmark.
encoding transnas tight "TransNAS-Bench-101: width-macro-cell (Duan et al. 2021)" {
  code = "{width: int}-{macro: digit ...}-{cell}"
  cell = basic: "basic" | cell: "{a: op}_{b: op}{c: op}_{d: op}{e: op}{f: op}"
  op   = "0" as 0 | "1" as 1 | "2" as 2 | "3" as 3
  require len(code.macro) in 4..6 "a network has 4 to 6 modules"
  require digit in 1..4 for digit in code.macro "a module is 1, 2, 3 or 4"
}

param code: transnas = "64-41414-1_02_333"
param size = 256, classes = 75, structure = "full"

motif conv_bn(k, c, stride) = relu -> conv(k, out = c, stride = stride) -> bn

# Two convolutions, the second shifted by a pixel: also where only the width changes.
motif skip(c, stride) = graph (x) {
  when stride == 1 and channels(x) == c {
    y = x
  } else {
    half = [
      conv(1, out = c/2, stride = stride),
      shift(keep = true) -> conv(1, out = c - c/2, stride = stride)
    ]
    y = x -> relu -> concat(half) -> bn
  }
  out y
}

motif nothing(c, stride) = graph (x) {
  y = x -> zero(stride)
  out y if channels(y) == c else y -> pad_channels(c)
}

motif edge(op, c, stride) = case op {
  0: nothing(c, stride)
  1: skip(c, stride)
  2: conv_bn(1, c, stride)
  3: conv_bn(3, c, stride)
}

motif cell(code, c, stride) = graph (x) {
  n1 = x -> edge(code.a, c, stride)
  n2 = sum([x -> edge(code.b, c, stride), n1 -> edge(code.c, c, 1)])
  out sum([x -> edge(code.d, c, stride), n1 -> edge(code.e, c, 1), n2 -> edge(code.f, c, 1)])
}

motif basic(c, stride) = graph (x) {
  y = x -> conv_bn(3, c, stride) -> conv_bn(3, c, 1)
  past = x if stride == 1 and channels(x) == c else x -> conv(1, out = c, stride = stride) -> bn
  out sum([y, past])
}

motif block(code, c, stride) = case code.kind {
  basic: basic(c, stride)
  cell:  cell(code, c, stride)
}

motif module(digit, code) = graph (x) {
  c = channels(x) * (2 if digit == 2 or digit == 4 else 1)
  stride = 2 if digit >= 3 else 1
  out x -> block(code, c, stride) -> block(code, c, 1)
}

motif head = global_avg_pool -> linear(classes)

network = image(3, size, size)
  -> conv(3, out = code.width / 2, stride = 2)
  -> bn
  -> conv_bn(3, code.width, 2)
  -> chain([module(digit, code.cell) for digit in code.macro])
  -> (head if structure == "full" else identity)
