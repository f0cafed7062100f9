# Networks as the configurations of ProxylessNAS and OFA describe them (Cai et al.; ICLR 2019, 2020).
#
# A block is an inverted residual, added to its input if its shortcut is an identity; a ZeroLayer with a
# shortcut is no layer. mid_channels, where given, is the width inside; with expand_ratio 1 nothing is
# expanded. MobileNetV3 ends in final_expand_layer, the average, and a mixing layer without batch norm.
import "lib_mobile.nas"

encoding ofa json "ProxylessNAS and OFA: net.config (Cai et al. 2019, 2020)" {
  code     = "{{{net, ...}}}"
  net      = {
    name: "'name': '{word}'"
    bn: "'bn': {{{norm, ...}}}" = none
    first_conv: "'first_conv': {{{layer, ...}}}"
    blocks: "'blocks': [{block, ...}]"
    final_expand_layer: "'final_expand_layer': {{{layer, ...}}}" = none
    feature_mix_layer: "'feature_mix_layer': {{{layer, ...}}}"
    classifier: "'classifier': {{{layer, ...}}}"
  }
  norm     = {
    momentum: "'momentum': {number}" = 0.1
    eps: "'eps': {number}" = 0.00001
  }
  block    = "{{{parts, ...}}}"
  parts    = {
    name: "'name': '{word}'"
    mobile_inverted_conv: "'mobile_inverted_conv': {{{conv, ...}}}"
    shortcut: "'shortcut': {shortcut}"
  }
  shortcut = "null" as none | "{{{layer, ...}}}"
  conv     = {
    name: "'name': '{word}'"
    in_channels: "'in_channels': {width}" = 0
    out_channels: "'out_channels': {width}" = 0
    kernel_size: "'kernel_size': {int}" = 0
    stride: "'stride': {int}" = 1
    expand_ratio: "'expand_ratio': {number}" = 1
    mid_channels: "'mid_channels': {width}" = none
    act_func: "'act_func': '{word}'" = "relu6"
    use_se: "'use_se': {bool}" = false
  }
  width    = int | "[{int}]" | "null" as none
  layer    = {
    name: "'name': '{word}'"
    kernel_size: "'kernel_size': {int}" = 1
    stride: "'stride': {int}" = 1
    dilation: "'dilation': {int}" = 1
    groups: "'groups': {int}" = 1
    has_shuffle: "'has_shuffle': {bool}" = false
    in_channels: "'in_channels': {width}" = 0
    out_channels: "'out_channels': {width}" = 0
    in_features: "'in_features': {int}" = 0
    out_features: "'out_features': {int}" = 0
    bias: "'bias': {bool}" = false
    use_bn: "'use_bn': {bool}" = false
    act_func: "'act_func': {act}" = none
    dropout_rate: "'dropout_rate': {number}" = 0
    ops_order: "'ops_order': '{word}'" = "weight_bn_act"
  }
  act      = "'{word}'" | "null" as none
  require block.mobile_inverted_conv.name in ["MBInvertedConvLayer", "ZeroLayer"]
    for block in code.blocks
    "a block is an MBInvertedConvLayer or a ZeroLayer"
  require block.mobile_inverted_conv.name != "ZeroLayer" or block.shortcut != none
    for block in code.blocks
    "a ZeroLayer without a shortcut lets nothing through"
}

motif ofa_act(name) = case name {
  relu:    relu
  relu6:   relu6
  h_swish: hard_swish
  none:    identity
}

# The batch norm that the text describes.
motif ofa_norm(code) = bn if code.bn == none else bn(eps = code.bn.eps, momentum = code.bn.momentum)

motif ofa_layer(l, norm) = conv(
  l.kernel_size,
  out = l.out_channels,
  stride = l.stride,
  bias = l.bias
)
  -> (norm if l.use_bn else identity)
  -> (identity if l.act_func == none else ofa_act(l.act_func))

motif ofa_conv(m, norm) = graph (x) {
  act = ofa_act(m.act_func)
  mid = round(channels(x) * m.expand_ratio) if m.mid_channels == none else m.mid_channels
  wide = x if m.expand_ratio == 1 else x -> conv(1, out = mid) -> norm -> act
  deep = wide -> dw_conv(m.kernel_size, stride = m.stride) -> norm -> act
  seen = deep -> squeeze_excite(divisible(mid/4, 8), gate = hard_sigmoid) if m.use_se else deep
  out seen -> conv(1, out = m.out_channels) -> norm
}

motif ofa_block(b, norm) = graph (x) {
  m = b.mobile_inverted_conv
  when m.name == "ZeroLayer" {
    y = x
  } else {
    z = x -> ofa_conv(m, norm)
    y = z if b.shortcut == none else sum([x, z])
  }
  out y
}

motif ofa_head(code) = graph (x) {
  norm = ofa_norm(code)
  mix = code.feature_mix_layer
  when code.final_expand_layer == none {
    y = x -> ofa_layer(mix, norm) -> global_avg_pool
  } else {
    y = x
      -> ofa_layer(code.final_expand_layer, norm)
      -> global_avg_pool
      -> linear(mix.out_channels, bias = mix.bias)
      -> ofa_act(mix.act_func)
  }
  out y -> linear(code.classifier.out_features, bias = code.classifier.bias)
}
