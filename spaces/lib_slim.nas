# The cells of NASNet, PNASNet and AmoebaNet as their released code writes them: state 0 is the output of the
# last cell, 1 that of the one before; block i reads two states and makes state i + 2. What is marked as used
# does not belong to the output of the cell.

encoding slim json "operations, hidden states and used states of two cells (TF-slim, 2018)" {
  code = "{{'normal': {normal: cell}, 'reduction': {reduction: cell}}}"
  cell = "{{'operations': [{operations: op, ...}], 'hiddenstate_indices': [{indices: int, ...}], 'used_hiddenstates': [{used: flag, ...}]}}"
  flag = "0" as 0 | "1" as 1
  op   = "'none'"
    | "'1x1'"
    | "'3x3'"
    | "'1x3_3x1'"
    | "'1x7_7x1'"
    | "'separable_3x3_2'"
    | "'separable_5x5_2'"
    | "'separable_7x7_2'"
    | "'dil_2_separable_3x3_2'"
    | "'dil_2_separable_5x5_2'"
    | "'avg_pool_3x3'"
    | "'max_pool_2x2'"
    | "'max_pool_3x3'"
    | "'max_pool_5x5'"
    | "'max_pool_7x7'"
}

# A state of NASNet's spaces, which count from the older input, in this count; and whether it is read.
motif slim_index(state) = [1, 0, 2, 3, 4, 5, 6, 7, 8, 9][state]
motif slim_flag(read) = 1 if read else 0
