network = image(3, 32, 32) -> conv(kernels = 3, out = 8) -> linear(1, 2, 3, 4, 5) -> linear
