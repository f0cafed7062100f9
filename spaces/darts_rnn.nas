# A recurrent cell of highway nodes: each takes one earlier state and an activation, and the mean of
# all nodes is the new state. 8!*4^8 = 2,642,411,520 cells. `none`, which the search has as a fifth
# operation, is never derived, and is left out.
#
# State 0 mixes the input and the previous state; it is no node of the mean. The paper ties the
# decoder's matrix to the embedding's and drops whole rows in training; here both are free.
space darts_rnn "DARTS, recurrent cell (Liu, Simonyan, Yang; ICLR 2019)"
import "lib_rnn.nas"

param nodes = 8, hidden = 850, steps = 35, vocabulary = 10000

let cell = graph (x, h) {
  s = [(concat([x, h]) -> matrix(2*hidden), h) -> highway(tanh, hidden)]
  for i in 1..nodes {
    before = any s
    s += (before -> matrix(2*hidden), before) -> highway(activation, hidden)
  }
  out mean(s[1..])
}

network = tokens(steps, vocabulary)
  -> embedding(vocabulary, hidden)
  -> scan(cell, [[hidden]])
  -> linear(vocabulary)

encoding darts_rnn python "DARTS recurrent genotype (ICLR 2019)" {
  code = "Genotype(recurrent=[{recurrent: node, ...}], concat={concat: indices})"
  node = "('{op}', {state: int})"
  op   = "tanh" | "relu" | "sigmoid" | "identity"
  require node.state in 0..i for i, node in code.recurrent
    "node {i+1} reads states 0 to {i}, not {node.state}"
  require state in 0..len(code.recurrent) for state in code.concat
    "there are states 0 to {len(code.recurrent)}"
}

encode darts_rnn = genotype(
  recurrent = [
    node(
      op = `cell/i[{i}]/s/highway/y/act`,
      state = decided(`cell/i[{i}]/before`, 0)
    )
    for i in 0..nodes-1
  ],
  concat = 1..nodes
)
