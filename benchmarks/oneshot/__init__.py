"""Searches in supernets of NAS-Bench-201's space, looked up in its table: `python -m benchmarks.oneshot`."""
