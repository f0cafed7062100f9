# Recurrent language models of one cell, as DARTS and ENAS evaluate theirs: the matrix that scores the
# words is that of their embedding, and a node is a highway unit. Dropout of words, weights and steps is
# left to the training.
import "lib_rnn.nas"

motif language_model(cell, steps, vocabulary, hidden, bias) = tokens(steps, vocabulary)
  -> graph (words) {
    table = words -> weight(vocabulary, hidden)
    h = (words, table) -> lookup -> scan(cell, [[hidden]])
    out (h, table) -> unembed(bias = bias)
  }

# A cell of nodes, each with an activation and the state it reads. State 0 mixes the input with the state
# before; the new state is the mean of those in `joined`.
motif named(op) = case op {
  tanh:     tanh
  relu:     relu
  sigmoid:  sigmoid
  identity: identity
}
motif highway_cell(nodes, joined, hidden) = graph (x, h) {
  s = [(concat([x, h]) -> matrix(2*hidden), h) -> highway(tanh, hidden)]
  for node in nodes {
    before = s[node.state]
    s += (before -> matrix(2*hidden), before) -> highway(named(node.op), hidden)
  }
  out mean([s[i] for i in joined])
}
