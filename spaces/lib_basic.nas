# Convolutions with normalisation and activation, as most papers use them. The activation comes
# last here; lib_darts.nas has the order ReLU, convolution, normalisation.

motif conv_bn(k, c, stride = 1) = conv(k, out = c, stride = stride) -> bn
motif conv_bn_relu(k, c, stride = 1) = conv_bn(k, c, stride) -> relu
motif dw_bn_relu(k, stride = 1) = dw_conv(k, stride = stride) -> bn -> relu

# One depthwise and one pointwise convolution, normalised once.
motif sep_bn_relu(k, c, stride = 1) = dw_conv(k, stride = stride) -> conv_bn_relu(1, c)

# Global average pooling and a classifier.
motif classifier(classes) = global_avg_pool -> linear(classes)
