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
