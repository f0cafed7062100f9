space code_autoformer "A subnetwork of AutoFormer (Chen et al.; ICCV 2021)"
# A vision transformer with the heads and the inner width (a multiple of the embedding) of each layer. A head
# is 64 wide whatever the embedding; keys and values know the distance of two patches in rows and columns.
# The classifier reads the mean of the patches.
encoding autoformer json "AutoFormer: layers, inner widths, heads and embedding (2021)" {
  code = "{{{net, ...}}}"
  net  = {
    layer_num: "'layer_num': {int}"
    mlp_ratio: "'mlp_ratio': [{number, ...}]"
    num_heads: "'num_heads': [{int, ...}]"
    embed_dim: "'embed_dim': {int}"
  }
  require len(code.mlp_ratio) == code.layer_num
    "an inner width for each of the {code.layer_num} layers"
  require len(code.num_heads) == code.layer_num
    "a number of heads for each of the {code.layer_num} layers"
}

param code: autoformer = """{
  "layer_num": 13, "mlp_ratio": [3.5, 3.5, 3.0, 3.5, 3.0, 3.0, 4.0, 4.0, 3.5, 4.0, 3.5, 4.0, 3.5],
  "num_heads": [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 3, 3], "embed_dim": 192
}"""
param size = 224, patch = 16, classes = 1000, head = 64, reach = 14

motif added(body) = graph (x) {
  out sum([x, x -> layer_norm -> body])
}

motif layer(heads, ratio) = added(relative_attention(heads, dim = heads * head, reach = reach))
  -> added(linear(int(code.embed_dim * ratio)) -> gelu -> linear(code.embed_dim))

network = image(3, size, size) -> graph (x) {
  y = x
    -> conv(patch, out = code.embed_dim, stride = patch, pad = "valid", bias = true)
    -> to_sequence
    -> class_token
    -> position
    -> chain([layer(heads, code.mlp_ratio[i]) for i, heads in code.num_heads])
    -> layer_norm
  patches = y -> transpose -> narrow(1, steps(y) - 1) -> transpose
  out patches -> global_avg_pool -> linear(classes)
}
