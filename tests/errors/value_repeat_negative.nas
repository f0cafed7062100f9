space broken

network = vector(4) -> repeat (any -1..1) { relu }
