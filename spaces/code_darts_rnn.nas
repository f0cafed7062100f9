space code_darts_rnn "The language model of a DARTS recurrent genotype (Liu, Simonyan, Yang; ICLR 2019)"
# The default is DARTS_V2's cell with the sizes for Penn Treebank.
import "lib_language.nas"
import "lib_recurrent.nas"

param code: darts_rnn = """Genotype(
  recurrent=[('sigmoid', 0), ('relu', 1), ('relu', 1), ('identity', 1), ('tanh', 2), ('sigmoid', 5), ('tanh', 3),
             ('relu', 5)],
  concat=range(1, 9)
)"""
param hidden = 850, vocabulary = 10000, steps = 35, bias = true

network = language_model(
  highway_cell(code.recurrent, code.concat, hidden),
  steps,
  vocabulary,
  hidden,
  bias
)

encode nao_rnn = [node(state = n.state, op = n.op) for n in code.recurrent]
encode enas_lm = [node(state = n.state, op = n.op) for n in code.recurrent]
