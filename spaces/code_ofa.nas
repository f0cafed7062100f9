space code_ofa "A configuration of ProxylessNAS or OFA (Cai et al.; ICLR 2019, 2020)"
# The default is ProxylessNAS-Mobile. The size of the image is not in the text.
import "lib_ofa.nas"

param code: ofa = """{
  "name": "ProxylessNASNets",
  "bn": {"momentum": 0.1, "eps": 0.001},
  "first_conv": {"name": "ConvLayer", "kernel_size": 3, "stride": 2, "in_channels": 3, "out_channels": 32, "use_bn": true, "act_func": "relu6"},
  "feature_mix_layer": {"name": "ConvLayer", "kernel_size": 1, "stride": 1, "in_channels": 320, "out_channels": 1280, "use_bn": true, "act_func": "relu6"},
  "classifier": {"name": "LinearLayer", "in_features": 1280, "out_features": 1000, "bias": true, "use_bn": false},
  "blocks": [
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 32, "out_channels": 16, "kernel_size": 3, "stride": 1, "expand_ratio": 1}, "shortcut": null},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 16, "out_channels": 32, "kernel_size": 5, "stride": 2, "expand_ratio": 3}, "shortcut": null},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 32, "out_channels": 32, "kernel_size": 3, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 32, "out_channels": 32}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "ZeroLayer", "stride": 1}, "shortcut": {"name": "IdentityLayer", "in_channels": 32, "out_channels": 32}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "ZeroLayer", "stride": 1}, "shortcut": {"name": "IdentityLayer", "in_channels": 32, "out_channels": 32}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 32, "out_channels": 40, "kernel_size": 7, "stride": 2, "expand_ratio": 3}, "shortcut": null},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 40, "out_channels": 40, "kernel_size": 3, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 40, "out_channels": 40}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 40, "out_channels": 40, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 40, "out_channels": 40}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 40, "out_channels": 40, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 40, "out_channels": 40}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 40, "out_channels": 80, "kernel_size": 7, "stride": 2, "expand_ratio": 6}, "shortcut": null},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 80, "out_channels": 80, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 80, "out_channels": 80}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 80, "out_channels": 80, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 80, "out_channels": 80}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 80, "out_channels": 80, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 80, "out_channels": 80}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 80, "out_channels": 96, "kernel_size": 5, "stride": 1, "expand_ratio": 6}, "shortcut": null},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 96, "out_channels": 96, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 96, "out_channels": 96}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 96, "out_channels": 96, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 96, "out_channels": 96}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 96, "out_channels": 96, "kernel_size": 5, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 96, "out_channels": 96}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 96, "out_channels": 192, "kernel_size": 7, "stride": 2, "expand_ratio": 6}, "shortcut": null},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 192, "out_channels": 192, "kernel_size": 7, "stride": 1, "expand_ratio": 6}, "shortcut": {"name": "IdentityLayer", "in_channels": 192, "out_channels": 192}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 192, "out_channels": 192, "kernel_size": 7, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 192, "out_channels": 192}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 192, "out_channels": 192, "kernel_size": 7, "stride": 1, "expand_ratio": 3}, "shortcut": {"name": "IdentityLayer", "in_channels": 192, "out_channels": 192}},
    {"name": "MobileInvertedResidualBlock", "mobile_inverted_conv": {"name": "MBInvertedConvLayer", "in_channels": 192, "out_channels": 320, "kernel_size": 7, "stride": 1, "expand_ratio": 6}, "shortcut": null}
  ]
}"""
param size = 224

let norm = ofa_norm(code)

network = image(3, size, size)
  -> ofa_layer(code.first_conv, norm)
  -> chain([ofa_block(b, norm) for b in code.blocks])
  -> ofa_head(code)
