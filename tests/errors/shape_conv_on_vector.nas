space broken

network = vector(4) -> conv(3)
