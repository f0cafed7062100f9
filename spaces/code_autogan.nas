space code_autogan "A generator of AutoGAN (Gong et al.; ICCV 2019)"
# Three cells, each of which doubles the size: convolution before (0: after) its activation, norm (0 none, 1
# batch, 2 instance), how it grows (0 bilinear, 1 nearest, 2 transposed convolution), shortcut, and from the
# second cell on which earlier cells' first convolutions are added behind its own (binary, the first cell lowest).
encoding autogan tight "AutoGAN: [conv, norm, up, shortcut(, skips)] of three cells (ICCV 2019)" {
  code     = "{first: cell} {second: skipping} {third: skipping}"
  cell     = "{conv: flag} {norm: norm} {up: up} {shortcut: flag}"
  skipping = "{conv: flag} {norm: norm} {up: up} {shortcut: flag} {skip: int}"
  flag     = "0" as false | "1" as true
  norm     = "0" as "none" | "1" as "batch" | "2" as "instance"
  up       = "0" as "bilinear" | "1" as "nearest" | "2" as "transposed"
  require code.second.skip in 0..1 "the second cell can add the first one (0 or 1)"
  require code.third.skip in 0..3 "the third cell can add the two before it (0 to 3)"
}

param code: autogan = "1 0 1 1 1 0 0 1 1 1 0 1 0 3"
param C = 256, latent = 128, bottom = 4

motif normed(name) = case name {
  none:     identity
  batch:    bn
  instance: instance_norm
}
motif grow(up) = case up {
  bilinear:   resize(scale = 2, mode = "bilinear")
  nearest:    resize(scale = 2)
  transposed: deconv(2, stride = 2, bias = true)
}
motif conv3 = conv(3, out = C, bias = true)
motif conv1 = conv(1, out = C, bias = true)

# Gives its first convolution too, for later cells.
motif cell(c, added) = graph (x, a, b) {
  wide = x -> grow(c.up)
  y = x -> normed(c.norm) -> relu -> grow(c.up) -> conv3
    if c.conv
    else x -> grow(c.up) -> conv3 -> normed(c.norm) -> relu
  way = "nearest" if c.up == "nearest" else "bilinear"
  skips = [(s, y) -> resize_like(mode = way) -> conv1 for i, s in [a, b] if i in added]
  z = sum([y] + skips)
  end = z -> normed(c.norm) -> relu -> conv3 if c.conv else z -> conv3 -> normed(c.norm) -> relu
  out sum([end, wide -> conv1]) if c.shortcut else end, y
}

network = vector(latent) -> graph (noise) {
  x = noise -> linear(C * bottom * bottom) -> reshape([C, bottom, bottom])
  y1, s1 = (x, x, x) -> cell(code.first, [])
  y2, s2 = (y1, s1, s1) -> cell(code.second, [0] if code.second.skip == 1 else [])
  y3, s3 = (y2, s1, s2)
    -> cell(
      code.third,
      ([0] if code.third.skip % 2 == 1 else []) + ([1] if code.third.skip >= 2 else [])
    )
  out y3 -> bn -> relu -> conv(3, out = 3, bias = true) -> tanh
}
