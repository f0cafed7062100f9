space code_evolved_transformer "Models of NasSeq2Seq (So, Liang, Le; ICML 2019)"
# Fields that are left out are those of nas_seq2seq_base, so that no text at all is the Transformer. A cell is
# made of blocks: two branches read the input of the cell (state 0) or an earlier block (1, 2, …). States
# that no branch reads are joined to the input of the next cell, and a state is normalised once, whatever
# reads it. Decoders see no later step; they attend to the last encoder cell, and what they make is brought
# to `hidden` features. Embeddings, the output layer, and norms that the release never reads are left out.
import "lib_seq2seq.nas"
encoding evolved_transformer "Evolved Transformer: hyperparameters of NasSeq2Seq (2019)" {
  code          = "{hparams, ...}"
  hparams       = {
    encoder_num_cells: "encoder_num_cells={int}" = 6
    encoder_left_inputs: "encoder_left_inputs=[{int, ...}]" = [0, 1, 2, 3]
    encoder_left_layers: "encoder_left_layers=[{encoder_layer, ...}]" = [
      "standard_attention",
      "standard_conv_1x1",
      "standard_conv_1x1",
      "identity"
    ]
    encoder_left_output_dims: "encoder_left_output_dims=[{int, ...}]" = [512, 2048, 512, 512]
    encoder_left_activations: "encoder_left_activations=[{activation, ...}]" = [
      "none",
      "relu",
      "none",
      "none"
    ]
    encoder_left_norms: "encoder_left_norms=[{norm, ...}]" = [
      "layer_norm",
      "layer_norm",
      "none",
      "none"
    ]
    encoder_right_inputs: "encoder_right_inputs=[{int, ...}]" = [0, 1, 1, 1]
    encoder_right_layers: "encoder_right_layers=[{encoder_layer, ...}]" = [
      "identity",
      "dead_branch",
      "identity",
      "dead_branch"
    ]
    encoder_right_output_dims: "encoder_right_output_dims=[{int, ...}]" = [512, 512, 512, 512]
    encoder_right_activations: "encoder_right_activations=[{activation, ...}]" = [
      "none",
      "none",
      "none",
      "none"
    ]
    encoder_right_norms: "encoder_right_norms=[{norm, ...}]" = ["none", "none", "none", "none"]
    encoder_combiner_functions: "encoder_combiner_functions=[{combiner, ...}]" = [
      "add",
      "add",
      "add",
      "add"
    ]
    encoder_final_combiner_function: "encoder_final_combiner_function={combiner}" = "add"
    decoder_num_cells: "decoder_num_cells={int}" = 6
    decoder_left_inputs: "decoder_left_inputs=[{int, ...}]" = [0, 1, 2, 3, 4]
    decoder_left_layers: "decoder_left_layers=[{decoder_layer, ...}]" = [
      "standard_attention",
      "attend_to_encoder",
      "standard_conv_1x1",
      "standard_conv_1x1",
      "identity"
    ]
    decoder_left_output_dims: "decoder_left_output_dims=[{int, ...}]" = [512, 512, 2048, 512, 512]
    decoder_left_activations: "decoder_left_activations=[{activation, ...}]" = [
      "none",
      "none",
      "relu",
      "none",
      "none"
    ]
    decoder_left_norms: "decoder_left_norms=[{norm, ...}]" = [
      "layer_norm",
      "layer_norm",
      "layer_norm",
      "none",
      "none"
    ]
    decoder_right_inputs: "decoder_right_inputs=[{int, ...}]" = [0, 1, 2, 2, 4]
    decoder_right_layers: "decoder_right_layers=[{decoder_layer, ...}]" = [
      "identity",
      "identity",
      "dead_branch",
      "identity",
      "dead_branch"
    ]
    decoder_right_output_dims: "decoder_right_output_dims=[{int, ...}]" = [512, 512, 512, 512, 512]
    decoder_right_activations: "decoder_right_activations=[{activation, ...}]" = [
      "none",
      "none",
      "none",
      "none",
      "none"
    ]
    decoder_right_norms: "decoder_right_norms=[{norm, ...}]" = [
      "none",
      "none",
      "none",
      "none",
      "none"
    ]
    decoder_combiner_functions: "decoder_combiner_functions=[{combiner, ...}]" = [
      "add",
      "add",
      "add",
      "add",
      "add"
    ]
    decoder_final_combiner_function: "decoder_final_combiner_function={combiner}" = "add"
  }
  encoder_layer = "dead_branch"
    | "identity"
    | "separable_conv_3x1"
    | "separable_conv_5x1"
    | "separable_conv_7x1"
    | "separable_conv_9x1"
    | "separable_conv_11x1"
    | "separable_conv_13x1"
    | "separable_conv_15x1"
    | "standard_conv_1x1"
    | "standard_conv_3x1"
    | "standard_conv_5x1"
    | "depthwise_conv_3x1"
    | "depthwise_conv_5x1"
    | "depthwise_conv_7x1"
    | "dilated_conv_3x1"
    | "dilated_conv_5x1"
    | "lightweight_conv_3x1_r_1"
    | "lightweight_conv_3x1_r_4"
    | "lightweight_conv_3x1_r_16"
    | "lightweight_conv_5x1_r_1"
    | "lightweight_conv_5x1_r_4"
    | "lightweight_conv_5x1_r_16"
    | "lightweight_conv_7x1_r_1"
    | "lightweight_conv_7x1_r_4"
    | "lightweight_conv_7x1_r_16"
    | "lightweight_conv_15x1_r_1"
    | "lightweight_conv_15x1_r_4"
    | "lightweight_conv_15x1_r_16"
    | "gated_linear_unit"
    | "standard_attention"
    | "attention_4_heads"
    | "attention_16_heads"
    | "attention_32_heads"
  decoder_layer = "attend_to_encoder" | encoder_layer
  activation    = "none" | "relu" | "leaky_relu" | "swish" | "sigmoid" | "softmax"
  norm          = "none" | "layer_norm"
  combiner      = "add" | "multiply" | "concat"
  require n >= 1
    for n in [code.encoder_num_cells, code.decoder_num_cells]
    "there is at least one cell"
  require len(list) == len(code.encoder_left_layers)
    for list in [
      code.encoder_left_inputs,
      code.encoder_left_output_dims,
      code.encoder_left_activations,
      code.encoder_left_norms,
      code.encoder_right_inputs,
      code.encoder_right_layers,
      code.encoder_right_output_dims,
      code.encoder_right_activations,
      code.encoder_right_norms,
      code.encoder_combiner_functions
    ]
    "a list of {len(list)} blocks, where encoder_left_layers has {len(code.encoder_left_layers)}"
  require len(list) == len(code.decoder_left_layers)
    for list in [
      code.decoder_left_inputs,
      code.decoder_left_output_dims,
      code.decoder_left_activations,
      code.decoder_left_norms,
      code.decoder_right_inputs,
      code.decoder_right_layers,
      code.decoder_right_output_dims,
      code.decoder_right_activations,
      code.decoder_right_norms,
      code.decoder_combiner_functions
    ]
    "a list of {len(list)} blocks, where decoder_left_layers has {len(code.decoder_left_layers)}"
  require layer != "dead_branch" or code.encoder_left_layers[i] != "dead_branch"
    for i, layer in code.encoder_right_layers
    "both branches of block {i + 1} are dead"
  require n in 0..i or code.encoder_left_layers[i] == "dead_branch"
    for i, n in code.encoder_left_inputs
    "block {i + 1} reads states 0 to {i}, not {n}"
  require n in 0..i or code.encoder_right_layers[i] == "dead_branch"
    for i, n in code.encoder_right_inputs
    "block {i + 1} reads states 0 to {i}, not {n}"
  require layer != "dead_branch" or code.decoder_left_layers[i] != "dead_branch"
    for i, layer in code.decoder_right_layers
    "both branches of block {i + 1} are dead"
  require n in 0..i or code.decoder_left_layers[i] == "dead_branch"
    for i, n in code.decoder_left_inputs
    "block {i + 1} reads states 0 to {i}, not {n}"
  require n in 0..i or code.decoder_right_layers[i] == "dead_branch"
    for i, n in code.decoder_right_inputs
    "block {i + 1} reads states 0 to {i}, not {n}"
  require n >= 1
    for widths in [
      code.encoder_left_output_dims,
      code.encoder_right_output_dims,
      code.decoder_left_output_dims,
      code.decoder_right_output_dims
    ]
    for n in widths
    "a width is at least 1, not {n}"
}

param code: evolved_transformer = """
encoder_num_cells=3,encoder_left_inputs=[0,1,2,3,4,5],
encoder_left_layers=[gated_linear_unit,standard_conv_1x1,separable_conv_9x1,standard_attention,standard_conv_1x1,
  standard_conv_1x1],
encoder_left_output_dims=[512,2048,256,512,2048,512],encoder_left_activations=[none,relu,none,none,relu,none],
encoder_left_norms=[layer_norm,layer_norm,layer_norm,layer_norm,layer_norm,none],
encoder_right_inputs=[0,1,1,3,4,4],
encoder_right_layers=[identity,standard_conv_3x1,identity,identity,dead_branch,identity],
encoder_right_output_dims=[512,256,512,512,512,512],encoder_right_activations=[none,relu,none,none,none,none],
encoder_right_norms=[none,layer_norm,none,none,none,none],
encoder_combiner_functions=[add,add,add,add,add,add],
decoder_num_cells=4,decoder_left_inputs=[0,1,2,3,4,5,6,7],
decoder_left_layers=[attention_16_heads,identity,separable_conv_11x1,separable_conv_7x1,standard_attention,
  attend_to_encoder,standard_conv_1x1,standard_conv_1x1],
decoder_left_output_dims=[512,512,1024,512,512,512,2048,512],
decoder_left_activations=[none,none,relu,none,none,none,swish,none],
decoder_left_norms=[layer_norm,none,layer_norm,layer_norm,layer_norm,layer_norm,layer_norm,layer_norm],
decoder_right_inputs=[0,0,2,2,4,5,6,6],
decoder_right_layers=[attend_to_encoder,identity,separable_conv_7x1,identity,identity,identity,dead_branch,identity],
decoder_right_output_dims=[512,512,256,512,512,512,512,512],
decoder_right_activations=[none,none,none,none,none,none,none,none],
decoder_right_norms=[layer_norm,none,layer_norm,none,none,none,none,none],
decoder_combiner_functions=[add,add,add,add,add,add,add,add]"""
param hidden = 512, heads = 8, source_steps = 30, target_steps = 30, drop = 0.1

# Lists of pairs: left and right.
motif cells(number, inputs, layers, widths, activations, norms, combiners, final, causal) = graph (
  x,
  memory
) {
  read = [n for b in 0..1 for i, n in inputs[b] if layers[b][i] != "dead_branch"]
  read_normed = [
    n
    for b in 0..1
    for i, n in inputs[b]
    if layers[b][i] != "dead_branch" and norms[b][i] == "layer_norm"
  ]
  for cell in 1..number {
    states = [x]
    normed = [x -> normalised if count(read_normed, 0) > 0 else x]
    for i, how in combiners {
      made = [
        ((normed if norms[b][i] == "layer_norm" else states)[inputs[b][i]], memory)
          -> branch(layers[b][i], widths[b][i], activations[b][i], heads, drop, causal)
        for b in 0..1
        if layers[b][i] != "dead_branch"
      ]
      states += join(made, how)
      normed += states[-1] -> normalised if count(read_normed, i + 1) > 0 else states[-1]
    }
    x = join([s for i, s in states if count(read, i) == 0], final)
  }
  out x -> normalised
}

motif encoder = cells(
  code.encoder_num_cells,
  [code.encoder_left_inputs, code.encoder_right_inputs],
  [code.encoder_left_layers, code.encoder_right_layers],
  [code.encoder_left_output_dims, code.encoder_right_output_dims],
  [code.encoder_left_activations, code.encoder_right_activations],
  [code.encoder_left_norms, code.encoder_right_norms],
  code.encoder_combiner_functions,
  code.encoder_final_combiner_function,
  false
)
motif decoder = cells(
  code.decoder_num_cells,
  [code.decoder_left_inputs, code.decoder_right_inputs],
  [code.decoder_left_layers, code.decoder_right_layers],
  [code.decoder_left_output_dims, code.decoder_right_output_dims],
  [code.decoder_left_activations, code.decoder_right_activations],
  [code.decoder_left_norms, code.decoder_right_norms],
  code.decoder_combiner_functions,
  code.decoder_final_combiner_function,
  true
)
motif resized = graph (x) {
  out x if channels(x) == hidden else x -> linear(hidden) -> dropout(drop) -> normalised
}

network = (sequence(source_steps, hidden), sequence(target_steps, hidden))
  -> graph (source, target) {
    memory = (source, source) -> encoder
    out (target, memory) -> decoder -> resized
  }
