motif sep_conv(k) = dw_conv(k) -> conv(1, 8)

network = image(3, 32, 32) -> sep_cov(3)
