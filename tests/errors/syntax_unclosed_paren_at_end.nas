network = image(3, 32, 32) -> conv(3, 8
