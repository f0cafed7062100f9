# The notations of recurrent cells whose nodes read one state each.

encoding darts_rnn python "DARTS recurrent genotype (ICLR 2019)" {
  code = "Genotype(recurrent=[{recurrent: node, ...}], concat={concat: indices})"
  node = "('{op}', {state: int})"
  op   = "tanh" | "relu" | "sigmoid" | "identity"
  require node.state in 0..i
    for i, node in code.recurrent
    "node {i+1} reads states 0 to {i}, not {node.state}"
  require state in 0..len(code.recurrent)
    for state in code.concat
    "there are states 0 to {len(code.recurrent)}"
}

encoding nao_rnn tight "NAO's recurrent cell: the state read and the activation, of each node (Luo et al. 2018)" {
  code = "{node ' ' ...}"
  node = "{state: int} {op}"
  op   = "0" as "tanh" | "1" as "relu" | "2" as "identity" | "3" as "sigmoid"
  require len(code) > 0 "a cell has at least one node"
  require node.state in 0..i
    for i, node in code
    "node {i+1} reads states 0 to {i}, not {node.state}"
}

encoding enas_lm tight "recurrent cell of enas_lm: the state read and the activation, of each node (2019)" {
  code = "{node ' ' ...}"
  node = "{state: int} {op}"
  op   = "0" as "tanh" | "1" as "relu" | "2" as "sigmoid" | "3" as "identity"
  require len(code) > 0 "a cell has at least one node"
  require node.state in 0..i
    for i, node in code
    "node {i+1} reads states 0 to {i}, not {node.state}"
}
