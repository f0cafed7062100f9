space code_dpc "Dense prediction cells (Chen et al.; NeurIPS 2018)"
# The head of a segmentation network: branches that read the features (-1) or an earlier branch, joined and
# projected. A convolution of more than one pixel is separable, with the same number of channels out of
# every branch, and dilated by rate[0] rows and rate[1] columns. A pyramid pool averages a part of the image
# as large as one field of the grid, at every place, and resizes what it made to the size of the features.
encoding dpc json "Dense prediction cell: a list of branches (Chen et al. 2018)" {
  code   = "[{branch, ...}]"
  branch = "{{{fields, ...}}}"
  fields = {
    kernel: "'kernel': {size}" = 1
    rate: "'rate': {pair}" = [1, 1]
    grid: "'grid_size': {pair}" = [1, 1]
    op: "'op': {op}"
    input: "'input': {int}"
  }
  size   = "{int}" | "[{int, ...}]"
  pair   = "[{int, ...}]"
  op     = "'conv'" | "'pyramid_pooling'"
  require len(code) > 0 "there is at least one branch"
  require b.input in -1..i-1
    for i, b in code
    "branch {i} reads -1 or an earlier branch, not {b.input}"
  require len(b.rate) == 2 and len(b.grid) == 2 for b in code "rows and columns: two numbers"
}

param code: dpc = """[
  {"kernel": 3, "rate": [1, 6], "op": "conv", "input": -1},
  {"kernel": 3, "rate": [18, 15], "op": "conv", "input": 0},
  {"kernel": 3, "rate": [6, 3], "op": "conv", "input": 1},
  {"kernel": 3, "rate": [1, 1], "op": "conv", "input": 0},
  {"kernel": 3, "rate": [6, 21], "op": "conv", "input": 0}]"""
param filters = 256, in_channels = 2048, size = 65, drop = 0.1

motif pointwise = conv(1, out = filters) -> bn -> relu

motif convolution(kernel, rate) = pointwise
  if kernel in [1, [1, 1]]
  else dw_conv(kernel, dilation = rate) -> bn -> relu -> pointwise

# A field of the grid has its corner pixels on those of its neighbours.
motif pyramid(grid) = graph (x) {
  h = height(x)
  w = width(x)
  out x
      -> avg_pool([(h - 1) / grid[0] + 1, (w - 1) / grid[1] + 1], pad = "valid")
      -> pointwise
      -> resize(size = [h, w], mode = "bilinear", corners = true)
}

motif branch(b) = case b.op {
  conv:            convolution(b.kernel, b.rate),
  pyramid_pooling: pyramid(b.grid)
}

network = image(in_channels, size, size) -> graph (x) {
  s = [x]
  for b in code {
    s += s[b.input+1] -> branch(b)
  }
  out concat(s[1..]) -> dropout(drop) -> pointwise
}
