space code_scarlet "The rows of a SCARLET network (Chu et al.; ICCVW 2021)"
# A row is an inverted residual: expansion, output channels, kernel, stride and whether squeeze-excite
# follows its depthwise convolution; an "identity" is no layer. Rows have h-swish, stem and tail ReLU6.
import "lib_mobile.nas"

encoding scarlet python "SCARLET: rows [expansion, channels, kernel, stride, squeeze-excite] (2021)" {
  code = "[{row, ...}]"
  row  = mbconv: "[{e: int}, {out: int}, {k: int}, {stride: int}, {se: bool}]"
    | identity: "'identity'"
  require len(code) > 0 "a network has at least one row"
  require row.kind == "identity" or row.stride in [1, 2] and row.k % 2 == 1
    for row in code
    "a stride is 1 or 2, a kernel is odd"
}

param code: scarlet = """[
  [3, 32, 5, 2, True], [3, 32, 3, 1, True], [3, 40, 5, 2, True], "identity", "identity", [3, 40, 3, 1, False]
]"""
param size = 224, classes = 1000

motif row(r) = case r.kind {
  identity: identity
  mbconv:   mbconv(
    r.out,
    r.k,
    r.e,
    r.stride,
    act = hard_swish,
    inner = excite_part(4) if r.se else identity
  )
}

network = image(3, size, size)
  -> mobile_stem(32, 16)
  -> chain([row(r) for r in code])
  -> mobile_head(1280, classes)
