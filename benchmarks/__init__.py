"""Measurements against installed peers: `python -m benchmarks`, from the root of a checkout."""
