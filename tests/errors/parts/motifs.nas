motif block(c) = conv(3, c) -> bn -> relu
