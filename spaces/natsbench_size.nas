space natsbench_size "NATS-Bench, size search space (Dong, Liu, Musial, Gabrys; TPAMI 2021)"
# Five widths, 8 to 64 in steps of 8: 8^5 = 32,768. Widths 1, 3 and 5 are those of the cells, 2 and 4
# those of the residual blocks; the stem has width 1. The cell is fixed: 3x3 convolutions but for a skip
# from node 0 to node 3. Edges that leave node 0 change the width; a skip that does is a 1x1 convolution.

param N = 1, size = 32, classes = 10

let widths = [any 8..64 step 8 for i in 1..5]

motif nor_conv(k, c, stride = 1) = relu -> conv(k, out = c, stride = stride) -> bn
motif skip(c) = graph (x) {
  out x if channels(x) == c else x -> nor_conv(1, c)
}

motif cell(c) = graph (x) {
  a = x -> nor_conv(3, c)
  b = sum([x -> nor_conv(3, c), a -> nor_conv(3, c)])
  out sum([x -> skip(c), a -> nor_conv(3, c), b -> nor_conv(3, c)])
}

motif residual(c) = sum([
  nor_conv(3, c, 2) -> nor_conv(3, c),
  avg_pool(2, stride = 2) -> conv(1, out = c)
])

network = image(3, size, size)
  -> conv(3, out = widths[0])
  -> bn
  -> N * cell(widths[0])
  -> residual(widths[1])
  -> N * cell(widths[2])
  -> residual(widths[3])
  -> N * cell(widths[4])
  -> bn
  -> relu
  -> global_avg_pool
  -> linear(classes)

encoding natsbench_size tight "five widths, c1:c2:c3:c4:c5 (NATS-Bench; TPAMI 2021)" {
  code = "{int : ...}"
  require len(code) == 5 "the network has five widths"
}

encode natsbench_size = [`widths/i[{i}]` for i in 0..4]
