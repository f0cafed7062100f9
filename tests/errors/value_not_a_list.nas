space broken

network = vector(4) -> sum([relu for i in 3])
