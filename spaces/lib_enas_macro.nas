# The layers of ENAS's macro search space: for each an operator (0, 1: 3x3, 2, 3: 5x5 convolutions, plain and
# separable, 4, 5: average and maximum), then a bit for each tensor before the last, of which 0 is the stem.

encoding enas_macro tight "ENAS fixed_arc: an operator for each layer, then a bit for each tensor before (ICML 2018)" {
  code = "{int ' ' ...}"
  require len(code) in [n * (n + 1) / 2 for n in 1..99]
    "layer i has an operator and i bits: 1, 3, 6, 10, … numbers, not {len(code)}"
  require x in 0..5 if i in [n * (n + 1) / 2 for n in 0..99] else x in 0..1
    for i, x in code
    "an operator is 0 to 5, a bit 0 or 1, not {x}"
}
