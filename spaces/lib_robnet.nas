# The codes of RobNets: 00 nothing, 01 a separable convolution, 10 the identity, 11 both.
encoding robnet json "RobNets: two bits an edge (Guo et al. 2020)" {
  code = "[{cell, ...}]"
  cell = "[{edge, ...}]"
  edge = "'{bits}'"
  bits = "00" | "01" | "10" | "11"
  require len(code) > 0 "there is at least one cell"
  require len(cell) == 14 for cell in code "a cell has 14 edges, not {len(cell)}"
}
