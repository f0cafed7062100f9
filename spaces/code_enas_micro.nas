space code_enas_micro "Networks of ENAS's micro cells (Pham et al.; ICML 2018)"
# The network of the release for CIFAR-10, which trains with auxiliary = true: 3N + 2 cells.
import "lib_enas.nas"

param code: enas_micro = "0 2 0 0 0 4 0 1 0 4 1 1 1 0 0 1 0 2 1 1 1 0 1 0 0 3 0 2 1 1 3 1 1 0 0 4 0 3 1 1"
param C = 36, N = 5, size = 32, classes = 10, auxiliary = false

network = enas_network(code, enas_op, C, N, size, classes, false, true, auxiliary)

encode nao = code
