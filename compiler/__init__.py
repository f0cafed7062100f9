"""From architectures to PyTorch."""
