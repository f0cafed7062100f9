# A recurrent cell as two expressions: the new memory c(t), and the new state h(t), which may use
# it. Their leaves are the input, the one before it, the previous state and the previous memory.
#
# The paper limits the number of nodes; here the height of each expression is limited. Gate3 is g*a
# + (1 - g)*b with g the sigmoid of its third part. `extended` adds the operators of the paper's
# second set. The paper asks that x(t) and h(t-1) be used: here an expression may leave them out.
space schrimpf_rnn "RNN expressions (Schrimpf, Merity, Bradbury, Socher; ICLR workshop 2018)"
import "lib_rnn.nas"

param height = 4, extended = false
param hidden = 400, steps = 35, vocabulary = 10000

motif leaf(late) = one of {
  x:        graph (x, before, h, c, new) {
    out x
  }
  x_before: graph (x, before, h, c, new) {
    out before
  }
  h_before: graph (x, before, h, c, new) {
    out h
  }
  c_before: graph (x, before, h, c, new) {
    out c
  }
  c if late: graph (x, before, h, c, new) {
    out new
  }
}

motif gate3(a, b, gate) = graph (x, before, h, c, new) {
  p = (x, before, h, c, new) -> a
  q = (x, before, h, c, new) -> b
  g = (x, before, h, c, new) -> gate -> sigmoid
  out sum([q, mul([g, sub(p, q)])])
}

motif expression(d, late) = one of {
  leaf:    leaf(late)
  MM:      expression(d - 1, late) -> matrix(hidden)
  Sigmoid: expression(d - 1, late) -> sigmoid
  Tanh:    expression(d - 1, late) -> tanh
  ReLU:    expression(d - 1, late) -> relu
  Add:     sum([expression(d - 1, late), expression(d - 1, late)])
  Mult:    mul([expression(d - 1, late), expression(d - 1, late)])
  Gate3:   gate3(expression(d - 1, late), expression(d - 1, late), expression(d - 1, late))
  Sub if extended: sub([expression(d - 1, late), expression(d - 1, late)])
  Sin if extended: expression(d - 1, late) -> sin
  Cos if extended: expression(d - 1, late) -> cos
  SeLU if extended: expression(d - 1, late) -> selu
  LayerNorm if extended: expression(d - 1, late) -> layer_norm
}
  if d > 0
  else leaf(late)

let memory = expression(height, false)
let state = expression(height, true)

motif cell = graph (x, h, c, before) {
  new = (x, before, h, c, c) -> memory
  out (x, before, h, c, new) -> state, new, x
}

network = tokens(steps, vocabulary)
  -> embedding(vocabulary, hidden)
  -> scan(cell, [[hidden], [hidden], [hidden]])
  -> linear(vocabulary)
