# Parts of recurrent cells.

# The activations that NAS-RL, ENAS and DARTS choose from.
motif activation = one of {
  tanh:     tanh
  relu:     relu
  identity: identity
  sigmoid:  sigmoid
}

# Matrix product without bias, as cells of the literature use it.
motif matrix(size) = linear(size, bias = false)

# A highway node (Zilly et al., ICML 2017): s + sigmoid(c)*(act(h) - s), where x gives [c | h].
motif highway(act, size) = graph (x, s) {
  gate = x -> narrow(0, size) -> sigmoid
  y = x -> narrow(size, size) -> act
  out sum([s, mul([gate, sub(y, s)])])
}
