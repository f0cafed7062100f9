"""Strategies: ask for genotypes, tell of trials."""
