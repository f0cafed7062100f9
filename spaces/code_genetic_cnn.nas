space code_genetic_cnn "Networks of Genetic CNN's bits (Xie, Yuille; ICCV 2017)"
# The paper leaves the widths of its reduced training open; here they double from stage to stage, and
# convolutions have a batch norm. The default is a code that the paper's figure draws.
import "lib_basic.nas"
import "lib_genetic.nas"

param code: genetic_cnn = "1-00 | 0-11-101 | 0-11-010-0111"
param C = 64, size = 32, channels_in = 3, classes = 10

motif reads_of(stage) = [[]]
  + [[j + 1 for j, bit in bits if bit == 1] for bits in genetic_lists(stage)]

network = image(channels_in, size, size)
  -> chain([
    genetic_stage(reads_of(stage), conv_bn_relu(3, c), conv_bn_relu(3, c), false)
      -> max_pool(2, 2)
    for i, stage in code
    for c in [[C, 2*C, 4*C, 8*C][i]]
  ])
  -> classifier(classes)

encode genetic_bits = [
  stage(number = i + 1, bits = [bit for bits in genetic_lists(s) for bit in bits])
  for i, s in code
]
