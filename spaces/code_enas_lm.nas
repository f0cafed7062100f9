space code_enas_lm "The language model of a recurrent cell in the notation of enas_lm (2019)"
# The mean is over all nodes, as in DARTS; the decoder has no bias.
import "lib_language.nas"
import "lib_recurrent.nas"

param code: enas_lm = "0 2 1 0 2 1 2 2 4 0 5 0 3 2 6 2"
param hidden = 800, vocabulary = 10000, steps = 35, bias = false

network = language_model(highway_cell(code, 1..len(code), hidden), steps, vocabulary, hidden, bias)

encode darts_rnn = genotype(
  recurrent = [node(op = n.op, state = n.state) for n in code],
  concat = 1..len(code)
)
encode nao_rnn = code
