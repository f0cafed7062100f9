space shares
motif edge = identity | relu -> conv(3, out = 8) -> bn
network = image(1, 6, 6) -> conv(1, out = 8) -> edge -> conv(1, out = 8) -> edge
