motif f(channels) = conv(3, channels)

network = image(3, 32, 32) -> f(chanels = 8)
