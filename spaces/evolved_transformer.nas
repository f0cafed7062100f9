space evolved_transformer "The Evolved Transformer (So, Liang, Le; ICML 2019)"
# A cell of six blocks for the encoder and one of eight for the decoder, each used one to six times. A branch
# of a block reads the input of the cell or an earlier block, and has a layer, a width of half `hidden` to
# five times `hidden`, an activation, and a norm before it. The count of the paper, 7.30e115, has blocks of
# two dead branches too: here such a block is the input of its cell. The released model refuses them, and
# lightweight convolutions that change their width to no multiple, which here keep it.
import "lib_seq2seq.nas"

param hidden = 512, heads = 8, source_steps = 30, target_steps = 30, drop = 0.1
param encoder_blocks = 6, decoder_blocks = 8, most_cells = 6

let layers = [
  "standard_conv_1x1", "standard_conv_3x1", "separable_conv_3x1", "separable_conv_5x1",
  "separable_conv_7x1", "separable_conv_9x1", "separable_conv_11x1", "lightweight_conv_3x1_r_1",
  "lightweight_conv_3x1_r_4", "lightweight_conv_3x1_r_16", "lightweight_conv_5x1_r_1",
  "lightweight_conv_5x1_r_4", "lightweight_conv_5x1_r_16", "lightweight_conv_7x1_r_1",
  "lightweight_conv_7x1_r_4", "lightweight_conv_7x1_r_16", "lightweight_conv_15x1_r_1",
  "lightweight_conv_15x1_r_4", "lightweight_conv_15x1_r_16", "attention_4_heads",
  "standard_attention", "attention_16_heads", "gated_linear_unit", "identity", "dead_branch"
]

# A branch: what it reads, layer, width, activation, norm.
motif branch_of(i, layers) = [
  any 0..i,
  any layers,
  any 1..10,
  any ["swish", "leaky_relu", "relu", "none"],
  any ["layer_norm", "none"]
]
motif alive(b) = b[1] != "dead_branch"
motif reads(b, i) = alive(b) and b[0] == i
motif reads_normed(b, i) = reads(b, i) and b[4] == "layer_norm"
motif applied(b, causal) = branch(b[1], b[2] * hidden / 2, b[3], heads, drop, causal)

let encoder_left = [branch_of(i, layers) for i in 0..encoder_blocks-1]
let encoder_right = [branch_of(i, layers) for i in 0..encoder_blocks-1]
let encoder_joins = [any ["add", "multiply", "concat"] for i in 1..encoder_blocks]
let decoder_left = [branch_of(i, layers + ["attend_to_encoder"]) for i in 0..decoder_blocks-1]
let decoder_right = [branch_of(i, layers + ["attend_to_encoder"]) for i in 0..decoder_blocks-1]
let decoder_joins = [any ["add", "multiply", "concat"] for i in 1..decoder_blocks]
let encoder_cells = any 1..most_cells
let decoder_cells = any 1..most_cells

motif cell(left, right, joins, causal) = graph (x, memory) {
  states = [x]
  normed = []
  for i, how in joins {
    normed += states[i] -> normalised
      if sum([1 if reads_normed(b, i) else 0 for b in left + right]) > 0
      else states[i]
    made = [
      ((normed if b[4] == "layer_norm" else states)[b[0]], memory) -> applied(b, causal)
        if alive(b)
        else x
      for b in [left[i], right[i]]
    ]
    states += join(made, how)
      if alive(left[i]) and alive(right[i])
      else made[0] if alive(left[i]) else made[1]
  }
  unread = [y for i, y in states if sum([1 if reads(b, i) else 0 for b in left + right]) == 0]
  out sum([y -> pad_channels(max([channels(y) for y in unread])) for y in unread])
}
let encoder_cell = cell(encoder_left, encoder_right, encoder_joins, false)
let decoder_cell = cell(decoder_left, decoder_right, decoder_joins, true)

network = (sequence(source_steps, hidden), sequence(target_steps, hidden))
  -> graph (source, target) {
    x = source
    for number in 1..encoder_cells {
      x = (x, x) -> encoder_cell
    }
    memory = x -> normalised
    y = target
    for number in 1..decoder_cells {
      y = (y, memory) -> decoder_cell
    }
    z = y -> normalised
    out z if channels(z) == hidden else z -> linear(hidden) -> dropout(drop) -> normalised
  }
