"""How well every strategy searches, on tables of trained networks: `python -m benchmarks.searches`."""
