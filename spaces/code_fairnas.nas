space code_fairnas "The rows of a FairNAS network (Chu, Zhang, Xu; ICCV 2021)"
# A row is an inverted residual: expansion, output channels, kernel, stride. The stem is a 3x3 convolution
# to 32 and a separable one to 16.
import "lib_mobile.nas"

encoding fairnas python "FairNAS: rows [expansion, channels, kernel, stride] (2021)" {
  code = "[{row, ...}]"
  row  = "[{e: int}, {out: int}, {k: int}, {stride: int}]"
  require len(code) > 0 "a network has at least one row"
  require row.stride in [1, 2] and row.k % 2 == 1
    for row in code
    "a stride is 1 or 2, a kernel is odd"
}

param code: fairnas = """[
  [3, 32, 7, 2], [3, 32, 3, 1], [3, 40, 7, 2], [6, 40, 3, 1], [6, 40, 7, 1], [3, 40, 3, 1], [3, 80, 3, 2],
  [6, 80, 7, 1], [6, 80, 7, 1], [3, 80, 5, 1], [6, 96, 3, 1], [3, 96, 5, 1], [3, 96, 5, 1], [6, 96, 3, 1],
  [6, 192, 3, 2], [6, 192, 7, 1], [6, 192, 3, 1], [6, 192, 7, 1], [6, 320, 5, 1]
]"""
param size = 224, classes = 1000

network = image(3, size, size)
  -> mobile_stem(32, 16)
  -> chain([mbconv(r.out, r.k, r.e, r.stride) for r in code])
  -> mobile_head(1280, classes)
