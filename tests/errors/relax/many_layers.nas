space many_layers
network = image(3, 16, 16)
  -> conv([any 1..5, any 1..5], out = 8, stride = any 1..2, dilation = any 1..2)
  -> global_avg_pool
  -> linear(2)
