# The cells of NASNet, PNASNet and AmoebaNet as their released code writes them: state 0 is the output of the
# last cell, 1 that of the one before; block i reads two states and makes state i + 2. What is marked as used
# does not belong to the output of the cell.

encoding slim json "operations, hidden states and used states of one or two cells (TF-slim, 2018)" {
  code   = "{{{cells , ...}}}"
  cells  = {
    normal: "'normal': {cell}"
    reduction: "'reduction': {cell}" = none
  }
  cell   = "{{{lists , ...}}}"
  lists  = {
    operations: "'operations': [{quoted, ...}]"
    hiddenstate_indices: "'hiddenstate_indices': [{int, ...}]"
    used_hiddenstates: "'used_hiddenstates': [{flag, ...}]"
  }
  flag   = "0" as 0 | "1" as 1
  quoted = "'{op}'"
  op     = "none"
    | "1x1"
    | "3x3"
    | "1x3_3x1"
    | "1x7_7x1"
    | "separable_3x3_2"
    | "separable_5x5_2"
    | "separable_7x7_2"
    | "dil_2_separable_3x3_2"
    | "dil_2_separable_5x5_2"
    | "avg_pool_3x3"
    | "max_pool_2x2"
    | "max_pool_3x3"
    | "max_pool_5x5"
    | "max_pool_7x7"
  require len(cell.operations) > 0 and len(cell.operations) % 2 == 0
    for cell in [code.normal, code.reduction]
    if cell != none
    "a block has two operations"
  require len(cell.hiddenstate_indices) == len(cell.operations)
    for cell in [code.normal, code.reduction]
    if cell != none
    "there are {len(cell.operations)} operations and {len(cell.hiddenstate_indices)} hidden states"
  require state in 0..i/2+1
    for cell in [code.normal, code.reduction]
    if cell != none
    for i, state in cell.hiddenstate_indices
    "block {i/2} reads states 0 to {i/2 + 1}, not {state}"
  require len(cell.used_hiddenstates) == len(cell.operations) / 2 + 2
    for cell in [code.normal, code.reduction]
    if cell != none
    "there are {len(cell.operations)/2 + 2} states and {len(cell.used_hiddenstates)} flags"
  require 0 in cell.used_hiddenstates
    for cell in [code.normal, code.reduction]
    if cell != none
    "some state is put out, and has the flag 0"
}

# A state of NASNet's spaces, which count from the older input, in this count; and whether it is read.
motif slim_index(state) = [1, 0, 2, 3, 4, 5, 6, 7, 8, 9][state]
motif slim_flag(read) = 1 if read else 0
