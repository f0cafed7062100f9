# A recurrent cell as a binary tree: each of its nodes joins two vectors and applies an activation.
# Base 8: 8 leaves of (input, previous state), 15 nodes, 8^16*15^2 = 63,331,869,759,897,600 cells.
#
# Two cell indices say where the memory goes. Inject: the activated value of that node is joined
# with the previous memory, by a join and an activation of their own, and what comes out takes its
# place. Store: the value of that node before its activation is the new memory. Both range over all
# nodes, the root too, and may be equal. The root is the new state. The paper tunes the width of the
# state.
space nas_rl_rnn "NAS-RL, recurrent cell (Zoph, Le; ICLR 2017)"
import "lib_rnn.nas"

param base = 8  # leaves, a power of 2
param hidden = 380, steps = 35, vocabulary = 10000

motif join = one of {
  add:       sum
  elem_mult: mul
}

let cell = graph (x, h, c) {
  inject = any 0..2*base-2
  store = any 0..2*base-2
  injected = join -> activation
  before = []  # of each node, before its activation
  n = []  # and after it, with the memory if it is injected there
  for i in 0..2*base-2 {
    pair = [x -> matrix(hidden), h -> matrix(hidden)]
      if i < base
      else [n[2*(i - base)], n[2*(i - base)+1]]
    y = pair -> join
    a = y -> activation
    before += y
    n += [a, c] -> injected if i == inject else a
  }
  out n[-1], before[store]
}

network = tokens(steps, vocabulary)
  -> embedding(vocabulary, hidden)
  -> scan(cell, [[hidden], [hidden]])
  -> linear(vocabulary)

# The nodes of the tree from the leaves to the root, then the join of the memory and the two cell indices.
encoding nas_rl_rnn free "tree of joins and activations, and where the memory goes (ICLR 2017)" {
  code = "{nodes: node , ...}; {memory: node} at {inject: int}, from {store: int}"
  node = "{join} {act}"
  join = "add" | "elem_mult"
  act  = "tanh" | "relu" | "identity" | "sigmoid"
}

encode nas_rl_rnn = code(
  nodes = [
    node(join = `cell/i[{i}]/y/join`, act = `cell/i[{i}]/a/activation`)
    for i in 0..2*base-2
  ],
  memory = node(join = `cell/injected/join`, act = `cell/injected/activation`),
  inject = `cell/inject`,
  store = `cell/store`
)
