let a = 3;
motif f(c) = conv(3, c
let b = 5m
C = 8

network = image(3, 32, 32) -> conv(3, 8) -> global_avg_pool -> linear(10)
require params < 5M && 1 < 2
