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

encoding enas_rnn tight "ENAS recurrent cell: an activation, then a node read and an activation for each further node" {
  code = "{int ' ' ...}"
  require len(code) % 2 == 1 "the first node has one number, each other two"
}

# 0 tanh, 1 relu, 2 identity, 3 sigmoid.
motif number(act) = case act { tanh: 0, relu: 1, identity: 2, sigmoid: 3 }

encode enas_rnn = [number(`cell/s/0/activation`)] + [
  x
  for i in 0..N-2
  for x in [decided(`cell/i[{i}]/s`, 0), number(`cell/i[{i}]/s/activation`)]
]
