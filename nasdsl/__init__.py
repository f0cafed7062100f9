"""nasdsl: a language for neural-architecture search spaces, with a compiler to PyTorch."""
