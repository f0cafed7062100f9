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

encoding schrimpf_rnn free "the two expressions of a cell (ICLR workshop 2018)" {
  code = "c = {c: expr}; h = {h: expr}"
  expr = "x"
    | "x_before"
    | "h_before"
    | "c_before"
    | "c"
    | MM: "MM({a: expr})"
    | Sigmoid: "Sigmoid({a: expr})"
    | Tanh: "Tanh({a: expr})"
    | ReLU: "ReLU({a: expr})"
    | Add: "Add({a: expr}, {b: expr})"
    | Mult: "Mult({a: expr}, {b: expr})"
    | Gate3: "Gate3({a: expr}, {b: expr}, {gate: expr})"
    | Sub: "Sub({a: expr}, {b: expr})"
    | Sin: "Sin({a: expr})"
    | Cos: "Cos({a: expr})"
    | SeLU: "SeLU({a: expr})"
    | LayerNorm: "LayerNorm({a: expr})"
}

# The expression decided at a path, of this height.
motif tree(at, d) = case `{at}/if` {
  leaf: `{at}/if=leaf`
  MM: node(kind = "MM", a = tree(at + "/if=MM/expression", d - 1))
  Sigmoid: node(kind = "Sigmoid", a = tree(at + "/if=Sigmoid/expression", d - 1))
  Tanh: node(kind = "Tanh", a = tree(at + "/if=Tanh/expression", d - 1))
  ReLU: node(kind = "ReLU", a = tree(at + "/if=ReLU/expression", d - 1))
  Add: pair("Add", at + "/if=Add/", d - 1)
  Mult: pair("Mult", at + "/if=Mult/", d - 1)
  Gate3: node(
    kind = "Gate3",
    a = tree(at + "/if=Gate3/a", d - 1),
    b = tree(at + "/if=Gate3/b", d - 1),
    gate = tree(at + "/if=Gate3/gate", d - 1)
  )
  Sub: pair("Sub", at + "/if=Sub/", d - 1)
  Sin: node(kind = "Sin", a = tree(at + "/if=Sin/expression", d - 1))
  Cos: node(kind = "Cos", a = tree(at + "/if=Cos/expression", d - 1))
  SeLU: node(kind = "SeLU", a = tree(at + "/if=SeLU/expression", d - 1))
  LayerNorm: node(kind = "LayerNorm", a = tree(at + "/if=LayerNorm/expression", d - 1))
}
  if d > 0
  else `{at}/else`

motif pair(kind, at, d) = node(
  kind = kind,
  a = tree(at + "expression", d),
  b = tree(at + "expression#2", d)
)

encode schrimpf_rnn = code(c = tree("memory", height), h = tree("state", height))
