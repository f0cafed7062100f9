space code_nao_rnn "The language model of a recurrent cell of NAO (Luo et al.; NeurIPS 2018)"
# The mean is over all nodes.
import "lib_language.nas"
import "lib_recurrent.nas"

param code: nao_rnn = "0 1 0 1 1 1 3 0 4 1 4 1 5 1 1 1 7 1 1 1 1 2"
param hidden = 850, vocabulary = 10000, steps = 35, bias = true

network = language_model(highway_cell(code, 1..len(code), hidden), steps, vocabulary, hidden, bias)

encode darts_rnn = genotype(
  recurrent = [node(op = n.op, state = n.state) for n in code],
  concat = 1..len(code)
)
encode enas_lm = code
