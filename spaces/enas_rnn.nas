# A recurrent cell of N ordered nodes: each reads one earlier node and applies an activation; nodes
# that none reads are averaged. Size: 4^N*(N - 1)!; 1,536 cells for N = 4, 6.70e14 for N = 12.
#
# Node 1 reads the input and the previous state. Every used pair of nodes has a matrix of its own.
# The text of the paper is followed; its experiments add highway gates to the nodes (darts_rnn.nas).
space enas_rnn "ENAS, recurrent cell (Pham, Guan, Zoph, Le, Dean; ICML 2018)"
import "lib_rnn.nas"

param N = 12, hidden = 1000, steps = 35, vocabulary = 10000

let cell = graph (x, h) {
  s = [sum([x -> matrix(hidden), h -> matrix(hidden)]) -> activation]
  for i in 2..N {
    s += any s -> matrix(hidden) -> activation
  }
  out mean(loose(s))
}

network = tokens(steps, vocabulary)
  -> embedding(vocabulary, hidden)
  -> scan(cell, [[hidden]])
  -> linear(vocabulary)
