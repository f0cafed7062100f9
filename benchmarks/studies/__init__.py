"""What a study costs beside its trials: `python -m benchmarks.studies [--store URL] [--record]`."""
