let op = "sep_conv3x3"
let n = case op { sep_conv_3x3: 1, "max pool": 2, -1: 3, true: 4 }

network = vector(4) -> linear(n)
