space broken

let g = any [2, 3]
network = image(4, 8, 8) -> conv(3, out = 12, groups = g) -> global_avg_pool
