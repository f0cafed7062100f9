space code_spos "The choices of a single-path one-shot network (Guo et al.; ECCV 2020)"
# A choice for each of 20 blocks: a ShuffleNetV2 block with a kernel of 3 (0), 5 (1) or 7 (2), or its
# variant of three depthwise 3x3 convolutions (3). At stride 1 half the channels pass by, the even ones, as
# the halves of the last block lie interleaved; at stride 2 both branches read all. The classifier has no bias.
encoding spos python "SPOS: a choice for each block (2020)" {
  code   = "({choice, ...})"
  choice = "0" as 0 | "1" as 1 | "2" as 2 | "3" as 3
  require len(code) == 20 "a network has 20 blocks (4, 4, 8, 4)"
}

param code: spos = "(2, 1, 0, 1, 2, 0, 2, 0, 2, 0, 2, 3, 0, 0, 0, 0, 3, 2, 3, 3)"
param size = 224, classes = 1000

let widths = [[64, 160, 320, 640][s] for s, n in [4, 4, 8, 4] for i in 1..n]

motif point(c) = conv(1, out = c) -> bn -> relu
motif deep(k, stride = 1) = dw_conv(k, stride = stride) -> bn

motif main(choice, mid, c, stride) = case choice {
  3:    deep(3, stride) -> point(mid) -> deep(3) -> point(mid) -> deep(3) -> point(c)
  else: point(mid) -> deep(2*choice + 3, stride) -> point(c)
}

motif past(choice, stride) = graph (x) {
  out x -> deep(3 if choice == 3 else 2*choice + 3, stride) -> point(channels(x))
}

motif block(choice, c, stride) = graph (x) {
  when stride == 1 {
    y = x -> channel_shuffle(channels(x) / 2)
    half = channels(x) / 2
    kept = y -> narrow(0, half)
    z = concat([kept, y -> narrow(half, half) -> main(choice, c/2, c - half, 1)])
  } else {
    z = concat([x -> past(choice, 2), x -> main(choice, c/2, c - channels(x), 2)])
  }
  out z
}

network = image(3, size, size)
  -> conv(3, out = 16, stride = 2)
  -> bn
  -> relu
  -> chain([
    block(choice, widths[i], 2 if i == 0 or widths[i] != widths[max(0, i - 1)] else 1)
    for i, choice in code
  ])
  -> point(1024)
  -> global_avg_pool
  -> linear(classes, bias = false)
