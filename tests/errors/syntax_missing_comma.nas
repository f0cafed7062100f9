network = image(3 32 32)
