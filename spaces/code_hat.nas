space code_hat "A subtransformer of HAT (Wang et al.; ACL 2020)"
# Encoder and decoder layers with the widths of their inner layers and their heads. Queries, keys and values
# are 512 wide whatever the heads. The decoder's second attention reads the last encoder layer (-1), the last
# two (1) or the last three (2), one after the other. As the published sizes, this is the layers alone:
# embeddings, the output layer and the last norms are left out.
encoding hat json "HAT: widths and heads of encoder and decoder layers (2020)" {
  code  = "{{{net, ...}}}"
  net   = {
    encoder: "'encoder-embed-dim-subtransformer': {int}"
    decoder: "'decoder-embed-dim-subtransformer': {int}"
    encoder_ffn: "'encoder-ffn-embed-dim-all-subtransformer': [{int, ...}]"
    decoder_ffn: "'decoder-ffn-embed-dim-all-subtransformer': [{int, ...}]"
    encoder_layers: "'encoder-layer-num-subtransformer': {int}"
    decoder_layers: "'decoder-layer-num-subtransformer': {int}"
    encoder_heads: "'encoder-self-attention-heads-all-subtransformer': [{int, ...}]"
    decoder_heads: "'decoder-self-attention-heads-all-subtransformer': [{int, ...}]"
    cross_heads: "'decoder-ende-attention-heads-all-subtransformer': [{int, ...}]"
    cross_reads: "'decoder-arbitrary-ende-attn-all-subtransformer': [{reads, ...}]"
  }
  reads = "-1" as -1 | "1" as 1 | "2" as 2
  require len(code.encoder_ffn) >= code.encoder_layers
    and len(code.encoder_heads) >= code.encoder_layers
    "an inner width and a number of heads for each encoder layer"
  require len(code.decoder_ffn) >= code.decoder_layers
    and len(code.decoder_heads) >= code.decoder_layers
    "an inner width and a number of heads for each decoder layer"
  require len(code.cross_heads) >= code.decoder_layers
    and len(code.cross_reads) >= code.decoder_layers
    "heads and layers read for the second attention of each decoder layer"
}

param code: hat = """{
  "encoder-embed-dim-subtransformer": 512, "decoder-embed-dim-subtransformer": 512,
  "encoder-ffn-embed-dim-all-subtransformer": [1024, 1024, 1024, 1024, 1024, 1024],
  "decoder-ffn-embed-dim-all-subtransformer": [2048, 2048, 2048, 1024, 1024],
  "encoder-layer-num-subtransformer": 6, "decoder-layer-num-subtransformer": 5,
  "encoder-self-attention-heads-all-subtransformer": [4, 4, 4, 4, 4, 4],
  "decoder-self-attention-heads-all-subtransformer": [4, 4, 4, 2, 2],
  "decoder-ende-attention-heads-all-subtransformer": [4, 4, 4, 4, 4],
  "decoder-arbitrary-ende-attn-all-subtransformer": [2, -1, -1, -1, -1]
}"""
param source_steps = 30, target_steps = 30, qkv = 512

motif added(body) = graph (x) {
  out sum([x, x -> body]) -> layer_norm
}
motif inner(width, ffn) = linear(ffn) -> relu -> linear(width)

motif decoder_layer(i) = graph (x, memory) {
  y = x -> added(attention(code.decoder_heads[i], dim = qkv, causal = true))
  z = sum([y, (y, memory) -> cross_attention(code.cross_heads[i], dim = qkv)]) -> layer_norm
  out z -> added(inner(code.decoder, code.decoder_ffn[i]))
}

network = (sequence(source_steps, code.encoder), sequence(target_steps, code.decoder))
  -> graph (source, target) {
    seen = [source]
    for i in 0..code.encoder_layers-1 {
      seen += seen[-1]
        -> added(attention(code.encoder_heads[i], dim = qkv))
        -> added(inner(code.encoder, code.encoder_ffn[i]))
    }
    y = target
    for i in 0..code.decoder_layers-1 {
      reads = 1 if code.cross_reads[i] == -1 else code.cross_reads[i] + 1
      y = (y, concat(seen[-reads..], axis = "steps")) -> decoder_layer(i)
    }
    out y
  }
